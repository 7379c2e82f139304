"""What a serial port sees."""

from pathlib import Path

from hypothesis import given, strategies as st
import pytest

from simulator import wire

FRAMES = Path(__file__).parents[1] / "data" / "frames"


def test_parity_is_what_an_8n1_port_sees() -> None:
    characters = bytes(code & 0x7F for code in (FRAMES / "raw_8bit_parity.bin").read_bytes())
    assert wire.to_8n1(characters) == (FRAMES / "raw_8bit_parity.bin").read_bytes()


@pytest.mark.parametrize(("parity", "bit_7"), [("stripped", {0}), ("stuck", {0x80})])
def test_bit_7_may_be_always_the_same(parity: str, bit_7: set[int]) -> None:
    assert {byte & 0x80 for byte in wire.to_8n1(bytes(range(128)), parity)} == bit_7


def test_a_character_is_ten_bits() -> None:
    assert wire.line_seconds(960, 9600) == 1


@given(st.binary(min_size=1, max_size=40), st.sampled_from([1200, 9600]))
def test_the_right_speed_hears_every_byte(data: bytes, baud: int) -> None:
    assert wire.heard_at(data, sent=baud, heard=baud) == data


@pytest.mark.parametrize(("sent", "heard"), [(1200, 9600), (9600, 1200)])
def test_the_wrong_speed_hears_something_else(sent: int, heard: int) -> None:
    data = wire.to_8n1(b"\x02\nADCO 041961000000 ,\r\nOPTARIF BASE 0\r\nISOUSC 45 ?\r" * 4)
    garbage = wire.heard_at(data, sent=sent, heard=heard)
    assert garbage
    assert b"ADCO" not in bytes(byte & 0x7F for byte in garbage)
    # Eight bits of the slow line in one of the fast line, or one in eight.
    assert len(garbage) > 2 * len(data) if sent < heard else len(garbage) < len(data)
