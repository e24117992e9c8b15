"""The suites that ship with the package: how their items are made, and how task files read them."""
