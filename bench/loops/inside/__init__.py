"""What runs in a loop's own process, by its own Python: files that import nothing of ours."""
