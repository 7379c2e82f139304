"""What one meter has said, kept and passed on."""
