"""What Acme adds to claimbench."""
