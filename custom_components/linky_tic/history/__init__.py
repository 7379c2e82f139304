"""The statistics of an index when its counter starts anew."""
