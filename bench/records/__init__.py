"""The records that everything left of a run's tables writes and everything right of them reads."""
