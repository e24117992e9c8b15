"""Function-writing problems: each is a typed reference function, its prose, and the calls that test an answer."""
