"""Adopts the statistics of another sensor into the statistics of a sensor of this integration."""
