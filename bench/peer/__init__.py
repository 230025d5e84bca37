"""One small script a peer, run by its own environment, and the ground they are all measured on."""
