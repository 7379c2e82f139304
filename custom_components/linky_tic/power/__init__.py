"""Power: estimated, at its peaks, and beside the subscription."""
