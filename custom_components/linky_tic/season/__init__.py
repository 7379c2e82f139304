"""The days of one meter and their hours."""
