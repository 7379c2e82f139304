"""Knows what a serial port sees of the characters of a meter: parity, bit 7, the wrong speed.

Refuses to know what the characters say.
"""

from collections.abc import Iterator, Mapping

BITS = 10  # of a character: start, seven bits, parity, stop


def _even(code: int) -> int:
    return code | (code.bit_count() % 2 << 7)


# What an 8N1 port reads, by what the line does with the parity bit.
PARITIES: Mapping[str, bytes] = {
    "even": bytes(_even(code & 0x7F) for code in range(256)),
    "stripped": bytes(code & 0x7F for code in range(256)),
    "stuck": bytes(code | 0x80 for code in range(256)),
}


def to_8n1(characters: bytes, parity: str = "even") -> bytes:
    return characters.translate(PARITIES[parity])


def line_seconds(count: int, baud: int) -> float:
    """How long a number of characters occupies the line."""
    return count * BITS / baud


def _levels(data: bytes, baud: int, sample: int) -> list[int]:
    """The line, looked at `sample` times in a second, from the first start bit on."""
    bits = [1] + [bit for byte in data for bit in (0, *((byte >> n) & 1 for n in range(8)), 1)]
    return [bits[at * baud // sample] for at in range(len(bits) * sample // baud)]


def heard_at(data: bytes, *, sent: int, heard: int) -> bytes:
    """What a port at another speed makes of bytes, framing errors read as they come."""
    oversampling = 8
    rate = max(sent, heard) * oversampling
    return bytes(_characters(_levels(data, sent, rate), rate // heard))


def _characters(levels: list[int], width: int) -> Iterator[int]:
    """Read like a UART: a falling edge, then the middle of eight bits, then half a stop bit."""
    at, size = 1, len(levels)
    while at + width * BITS <= size:
        if levels[at] or not levels[at - 1]:
            at += 1
            continue
        middle = at + width // 2
        yield sum(levels[middle + width * (bit + 1)] << bit for bit in range(8))
        at = middle + width * (BITS - 1)
