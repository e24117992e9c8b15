"""The suite of a first run: short items that very small models tell apart."""
