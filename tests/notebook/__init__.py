"""docs/python.md as a notebook."""
