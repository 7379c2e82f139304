"""The statistics of an old sensor, carried over to one of ours."""
