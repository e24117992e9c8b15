"""What the user asked for: bench.toml, `.env` and the environment, checked."""
