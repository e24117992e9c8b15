"""The suites that ship with the package: how their items are made, and how task files read them."""

FURTHER = "further"
"""The folder beside a task's items with those by which its usual size is larger than the first exam."""
