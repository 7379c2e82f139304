"""What version 1 has kept of the indexes, as it is kept now: nothing is counted twice.

Of each register it kept which statistic counts it; the registers that a total has counted were
marked as hidden, and the supplier's total was a register of its own.
"""

from collections.abc import Mapping
from typing import Any, Final

from ..tic import Label, Quantity
from .counting import register_of

type _Kept = dict[str, Any]

_TOTAL: Final = f"{Quantity.SUPPLIER_ENERGY}"


def from_version_1(kept: _Kept, labels: Mapping[str, Label]) -> _Kept:
    """Give up to which value each register and statistic has counted; labels by statistic."""
    registers: _Kept = kept.get("registers", {})
    values = {
        key: one["value"]
        for key, one in registers.items()
        if one["value"] is not None and not key.endswith(f".{_TOTAL}")
    }
    return {
        "registers": values,
        "hidden": _hidden(registers, values),
        "counters": {
            statistic: {**one, **_counted_by(statistic, one["meter"], registers, labels)}
            for statistic, one in kept.get("counters", {}).items()
        },
        "starts": {
            statistic: [_start(one) for one in some]
            for statistic, some in kept.get("starts", {}).items()
        },
    }


def _hidden(registers: _Kept, values: Mapping[str, int]) -> _Kept:
    """Give by how much each supplier's total is ahead of the registers that it hides."""
    hidden: _Kept = {}
    for total in (key for key in registers if key.endswith(f".{_TOTAL}")):
        known = [key for key in values if key.startswith(f"{total}_")]
        names = [key.partition(".")[2] for key in known if registers[key].get("is_hidden")]
        if names and (counted := registers[total]["value"]) is not None:
            ahead = max(0, counted - sum(values[key] for key in known))
            hidden[total] = {"counted": ahead, "registers": names}
    return hidden


def _counted_by(statistic: str, meter: str, registers: _Kept, labels: Mapping[str, Label]) -> _Kept:
    """Give what a statistic counts; if that is not known, it starts anew with its next value."""
    if label := labels.get(statistic):
        for name in (_TOTAL, register_of(label)):
            register = registers.get(f"{meter}.{name}")
            if register and register["by"] == statistic:
                return {"label": label.name, "register": name, "at": register["at"]}
    return {"label": "", "register": "", "at": 0.0}


def _start(kept: _Kept) -> _Kept:
    """Give a start; without `begin` it goes on from its last row."""
    begin = kept["first"] if kept.get("begin") is None else kept["begin"]
    return {"first": kept["first"], "begin": begin, "counted": kept.get("counted")}
