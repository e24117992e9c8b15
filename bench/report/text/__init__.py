"""Tables and texts of a run: one definition of each column, and every format made from it."""
