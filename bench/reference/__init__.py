"""The reference pages in docs/, written from the code that they describe; nothing imports this room at run time."""
