"""What runs inside the sandbox, on the bare standard library: it imports nothing of the rest of this package."""
