"""Compares contracts by the hourly energy in the statistics, and the prices the user enters."""
