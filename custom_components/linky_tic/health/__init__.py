"""How well the line and the meter are doing: counters, rejections, repair issues."""
