"""What bench/speech.py stands on: a running service, bare faster-whisper beside it, speech, and the questions."""
