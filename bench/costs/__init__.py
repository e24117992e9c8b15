"""What calls cost: before them (estimate, budget), as they are billed, and priced again afterwards."""
