"""Shapes and tables of entities."""
