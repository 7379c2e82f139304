"""Fixtures of the tests of adoption."""

import pytest


@pytest.fixture
def recorder_config() -> dict[str, int]:
    """Write to the database when a test settles: the harness has it do so at every state."""
    return {"commit_interval": 3600}
