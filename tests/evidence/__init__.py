"""Evidence from published results."""
