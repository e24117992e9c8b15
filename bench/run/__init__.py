"""One run from bench.toml to its folder: prepare, ask, score, record."""
