"""How far each register has been counted, and the sums of statistics that follow from it."""
