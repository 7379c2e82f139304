"""What the tests of what an index has counted share."""

from collections.abc import Iterator
from typing import Any

from homeassistant.components.recorder.db_schema import Base
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from .tables import Tables


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


@pytest.fixture
def tables() -> Iterator[Tables]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield Tables(session)
    engine.dispose()
