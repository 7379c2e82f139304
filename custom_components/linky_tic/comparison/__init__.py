"""What other contracts would have cost: hours from the recorder, priced by what is typed."""
