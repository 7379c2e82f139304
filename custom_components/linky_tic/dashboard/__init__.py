"""The dashboard strategy, which builds a dashboard from the entities of the meters."""
