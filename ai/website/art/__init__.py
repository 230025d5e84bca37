"""Pictures drawn for a trade: hand-drawn motifs, composed by a seed, coloured by the palette of the site."""
