"""What the tables say: comparisons, pairs, bridges, with intervals."""
