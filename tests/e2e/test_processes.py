"""What the tests launch with: a port that is held."""

import socket

from .processes import HeldPort


def test_a_port_is_held_by_one_alone_and_served_on_again_and_again() -> None:
    first = HeldPort()
    second = HeldPort(first.number)
    assert second.number != first.number
    for _ in range(2):
        with socket.create_server(("127.0.0.1", first.number)):
            socket.create_connection(("127.0.0.1", first.number)).close()
