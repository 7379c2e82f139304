"""What is reckoned or remembered of a house beyond what its meter says."""
