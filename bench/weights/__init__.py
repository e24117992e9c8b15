"""Local weights: a catalogue, fetching by sha256, and llama.cpp's own server around the file."""
