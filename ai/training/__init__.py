"""How the demo Whisper is made, from sentences of our own to a folder of weights; no part of the wheel."""
