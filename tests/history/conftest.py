"""What the tests of what an index has counted share."""

from typing import Any

import pytest


@pytest.fixture
def recorder_config() -> dict[str, Any]:
    """Record indexes alone, and write to the database when a test settles.

    The harness has the recorder write at every state, of every entity.
    """
    names = ("ea*", "base", "hc*", "ejp*", "bbr*")
    return {
        "commit_interval": 3600,
        "include": {
            "entity_globs": [f"sensor.linky*_{name}" for name in names],
            "entities": ["sensor.freezer"],
        },
    }
