"""BFCL's public data, read from the user's own `bfcl-eval`, and asked in our loop: nothing of it ships with us."""
