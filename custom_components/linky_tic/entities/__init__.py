"""Base classes and tables of entities."""
