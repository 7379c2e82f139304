"""The Energy dashboard: sources of this meter, written into Home Assistant's own preferences."""
