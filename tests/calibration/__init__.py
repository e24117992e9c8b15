"""How often the verdicts err, measured: `make calibration` prints the tables, `make test` runs a thin slice."""
