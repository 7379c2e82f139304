"""What every test shares: our integration can be loaded, and loopback can be reached."""

import pytest

# First, since the test harness has a package of this name too: the one imported first wins.
import custom_components  # noqa: F401  (imported for that effect)


@pytest.fixture(autouse=True)
def _loopback(socket_enabled: None) -> None:
    """Leave 127.0.0.1 reachable; the harness keeps refusing every other host."""


@pytest.fixture(autouse=True)
def _our_integration(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant find our integration, in the tests that ask for a Home Assistant."""
    # A recorder refuses to be set up after `hass`.
    for fixture in ("recorder_mock", "hass"):
        if fixture in request.fixturenames:
            request.getfixturevalue(fixture)
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")
