"""An access server is told what a meter's port needs, and nothing that it may not answer."""

import pytest

from custom_components.linky_tic.line.access_server import AccessServerTransport, transport_for


@pytest.mark.parametrize(
    ("port", "transport"),
    [
        ("rfc2217://meter.local:3333", AccessServerTransport),
        ("socket://meter.local:3333", None),
        ("/dev/ttyUSB0", None),
    ],
)
def test_only_access_servers_are_opened_in_another_way(
    port: str, transport: type[AccessServerTransport] | None
) -> None:
    assert transport_for(port) is transport
