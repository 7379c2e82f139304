"""A real Home Assistant, a real broker, a meter in software: launched, driven and stopped.

Used by the end-to-end tests (from .venv) and by scripts/demo (from .venv-ha); Home Assistant itself
always runs in .venv-ha, as a process of its own.
"""
