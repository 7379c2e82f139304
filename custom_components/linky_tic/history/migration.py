"""What versions 1 and 2 have kept of the indexes, as it is kept now: nothing is counted twice.

Version 1 kept of each register which statistic counts it; the registers that a total has counted
were marked as hidden, and the supplier's total was a register of its own. Both counted what was
shown, which may have no row yet.
"""

from collections.abc import Mapping
from typing import Any, Final

from ..tic import Label, Quantity
from .counting import register_of

type _Kept = dict[str, Any]

_TOTAL: Final = f"{Quantity.SUPPLIER_ENERGY}"
_SAME: Final = ("meter", "label", "register", "shown", "at")


def from_version_1(kept: _Kept, labels: Mapping[str, Label]) -> _Kept:
    """Give up to which value each register and statistic has counted; labels by statistic."""
    registers: _Kept = kept.get("registers", {})
    values = {
        key: one["value"]
        for key, one in registers.items()
        if one["value"] is not None and not key.endswith(f".{_TOTAL}")
    }
    counters = {
        statistic: {**one, **counted_by}
        for statistic, one in kept.get("counters", {}).items()
        if (counted_by := _counted_by(statistic, one["meter"], registers, labels))
    }
    hidden = _hidden(registers, values)
    return from_version_2(kept | {"registers": values, "hidden": hidden, "counters": counters})


def from_version_2(kept: _Kept) -> _Kept:
    """Give what rows have counted; the recorder knows which of the last values have none.

    A statistic that has had no row since it started is forgotten: it starts where its register is.
    """
    groups = kept["hidden"].items()
    totals = [(key.partition(".")[0], one["registers"]) for key, one in groups]
    counters = {
        statistic: {**{name: one[name] for name in _SAME}, "row": one["shown"]}
        for statistic, one in kept["counters"].items()
        if not kept["starts"].get(statistic)
    }
    return {
        "counted": kept["registers"],
        "heard": {**kept["registers"]},
        "hidden": {key: one["counted"] for key, one in groups},
        "covered": {f"{meter}.{name}": None for meter, names in totals for name in names},
        "counters": counters,
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


def _counted_by(
    statistic: str, meter: str, registers: _Kept, labels: Mapping[str, Label]
) -> _Kept | None:
    """Give what a statistic counts, None if that is not known."""
    if label := labels.get(statistic):
        for name in (_TOTAL, register_of(label)):
            register = registers.get(f"{meter}.{name}")
            if register and register["by"] == statistic:
                return {"label": label.name, "register": name, "at": register["at"]}
    return None
