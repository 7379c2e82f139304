"""When a value becomes a state."""
