"""The energy dashboard: adds the meter's sources to the energy preferences of Home Assistant."""
