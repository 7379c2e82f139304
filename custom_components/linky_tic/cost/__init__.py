"""What energy costs: prices as typed, and what each day came to at them."""
