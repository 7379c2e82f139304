"""The quality of the line to a meter: counters, repair issues."""
