"""The numbers as tables and words."""
