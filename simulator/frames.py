"""Knows how groups are written: separators, fields, checksum. Refuses to know what they mean."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

STX, ETX, EOT, HT, LF, CR, SP = b"\x02", b"\x03", b"\x04", b"\t", b"\n", b"\r", b" "


class Group(NamedTuple):
    """What a meter says about one label; `horodate` is empty where the label has none."""

    label: str
    data: str
    horodate: str = ""


def checksum(covered: bytes) -> bytes:
    """54E: six bits of the sum, moved to 0x20-0x5F."""
    return bytes((sum(covered) % 64 + 32,))


def standard_group(group: Group) -> bytes:
    fields = [group.label, group.data]
    if group.horodate:
        fields.insert(1, group.horodate)
    covered = HT.join(field.encode("ascii") for field in fields) + HT
    return LF + covered + checksum(covered) + CR


def historic_group(group: Group) -> bytes:
    covered = group.label.encode("ascii") + SP + group.data.encode("ascii")
    return LF + covered + SP + checksum(covered) + CR


WRITERS: Mapping[str, Callable[[Group], bytes]] = {
    "standard": standard_group,
    "historic": historic_group,
}


class Writer:
    """Writes frames, and remembers how it wrote each label: most repeat themselves."""

    def __init__(self, mode: str) -> None:
        self._write = WRITERS[mode]
        self._written: dict[str, tuple[Group, bytes]] = {}

    def frame(self, groups: Sequence[Group]) -> bytes:
        written = self._written
        pieces = [STX]
        for group in groups:
            known = written.get(group[0])
            if known is None or known[0] != group:
                known = written[group[0]] = (group, self._write(group))
            pieces.append(known[1])
        pieces.append(ETX)
        return b"".join(pieces)


def truth(groups: Sequence[Group]) -> Mapping[str, str]:
    return {group[0]: group[1] for group in groups}
