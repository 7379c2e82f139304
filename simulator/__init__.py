"""A Linky in software: a house that lives, its meter, the line, and what goes wrong on it.

Shares no code with the integration, so that one can judge the other.
"""

from .household import Household

__all__ = ["Household"]
