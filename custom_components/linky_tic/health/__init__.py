"""The quality of the line to a meter: counters, rejected groups, repair issues."""
