"""What labels tell a household together: one row a fact, each room its own rows."""
