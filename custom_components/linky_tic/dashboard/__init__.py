"""The dashboard that builds itself."""
