"""The entity tables of the documentation, written from the catalogue, the platforms and the names.

A table stands between `<!-- table: NAME -->` and `<!-- end of table -->`, and is replaced whole, in
the language of its page. So is the drawing of the house, from its imports.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from pathlib import Path
import re
import sys
from typing import Final

from custom_components.linky_tic import binary_sensor, sensor
from custom_components.linky_tic.entities.derived import DerivedDescription
from custom_components.linky_tic.entities.descriptions import SENSOR_DESCRIPTIONS
from custom_components.linky_tic.health.sensors import LINE_COUNTERS
from custom_components.linky_tic.reporting.rules import (
    PHASE_POWER,
    REPORTING_RULES,
    Preset,
    ReportingRule,
    rule_name,
)
from custom_components.linky_tic.sensor import _name_of
from custom_components.linky_tic.tariff.in_force import index_slug
from custom_components.linky_tic.tic import CATALOGUE, Label, Mode, Quantity
from scripts.drawing import drawing
from scripts.tongues import ENGLISH, ROOT, Tongue, tongue_of

PAGES: Final = (
    *(
        ROOT / "docs" / tongue / f"{page}.md"
        for tongue in ("en", "fr")
        for page in ("entities", "reporting")
    ),
    ROOT / "docs" / "architecture.md",
)

_TABLE: Final = re.compile(
    r"(?P<head><!-- table: (?P<name>\w+) -->\n)(?P<body>.*?)(?P<foot><!-- end of table -->)",
    re.DOTALL,
)
_MOST_SPELT_OUT: Final = 3
"""Labels of a row that are written one by one; of more, the first and the last."""


def labels_of(mode: Mode, tongue: Tongue = ENGLISH) -> str:
    """A line for the labels that share a name but for the number in it."""
    rows: dict[str, list[Label]] = {}
    for label in CATALOGUE[mode].values():
        rows.setdefault(_name_of(label, phases=3, tariff=index_slug(label))[0], []).append(label)
    head = ("Label", "Name", "Unit", "Class", "By default")
    return _table(tongue, head, (_cells(tongue, labels) for labels in rows.values()))


def counters(tongue: Tongue = ENGLISH) -> str:
    """A line for each counter of the line."""
    rows = (
        (
            f"`sensor.linky_{one.key}`",
            tongue.names[one.key]["name"],
            one.native_unit_of_measurement or "",
            _default(tongue, on=one.entity_registry_enabled_default),
        )
        for one in LINE_COUNTERS
    )
    return _table(tongue, ("Entity", "Name", "Unit", "By default"), rows)


def facts(tongue: Tongue = ENGLISH) -> str:
    """A line for each thing that labels tell together."""
    flags = (
        (*_named(tongue, "binary_sensor", fact), "", fact.device_class or "", _kept(tongue, fact))
        for fact in binary_sensor.DERIVED
    )
    values = (
        (
            *_named(tongue, "sensor", fact),
            fact.native_unit_of_measurement or "",
            fact.device_class or "",
            _kept(tongue, fact),
        )
        for fact in sensor.DERIVED
    )
    head = ("Entity", "Name", "Unit", "Class", "By default")
    return _table(tongue, head, chain(flags, values))


def reporting(preset: Preset, tongue: Tongue = ENGLISH) -> str:
    """A line for each rule of a preset by which values become states."""
    rules: dict[tuple[ReportingRule, str], list[str]] = {}
    for key, name, unit in _ruled(tongue):
        if rule := REPORTING_RULES[preset].get(key):
            names = rules.setdefault((rule, unit if rule.change else ""), [])
            names.extend({name} - {*names})
    head = ("What", "Change worth telling", "Shortest interval", "Longest interval")
    return _table(tongue, head, (_rule(tongue, *of, names) for of, names in rules.items()))


def _ruled(tongue: Tongue) -> Iterator[tuple[str, str, str]]:
    """Give the rule, name and unit of what has one."""
    for label in CATALOGUE[Mode.STANDARD].values():
        key, _ = _name_of(label, phases=3, tariff=None)
        numbers = {"register": "*n*", "phase": "*n*"}
        key = key if rule_name(label) == PHASE_POWER else label.quantity
        yield rule_name(label), tongue.names[key]["name"].format_map(numbers), label.unit or ""
    for fact in sensor.DERIVED:
        numbers = dict.fromkeys((fact.translation_placeholders or {}), "*n*")
        name = tongue.names[fact.translation_key or fact.key]["name"].format_map(numbers)
        yield fact.rule or fact.key, name, fact.native_unit_of_measurement or ""


TABLES: Final[Mapping[str, Callable[[Tongue], str]]] = {
    "standard": partial(labels_of, Mode.STANDARD),
    "historic": partial(labels_of, Mode.HISTORIC),
    "facts": facts,
    "counters": counters,
    **{preset.value: partial(reporting, preset) for preset in Preset},
    "floors": lambda _: drawing(),
}


def _named(tongue: Tongue, platform: str, fact: DerivedDescription) -> tuple[str, str]:
    # A tariff without a name is called the same in both languages.
    filling = {
        key: word.replace("index_", "Index ")
        for key, word in (fact.translation_placeholders or {}).items()
    }
    name = tongue.entities[platform][fact.translation_key or fact.key]["name"].format_map(filling)
    return f"`{platform}.linky_{fact.key}`", name


def _kept(tongue: Tongue, fact: DerivedDescription) -> str:
    but = "" if fact.enabled_under_tempo else f" ({tongue.say('not under Tempo')})"
    on = fact.entity_registry_enabled_default
    return _default(tongue, on=on) + but + (", diagnostic" if fact.entity_category else "")


def _table(tongue: Tongue, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = chain([map(tongue.say, head), ("---",) * len(head)], rows)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _cells(tongue: Tongue, labels: list[Label]) -> tuple[str, ...]:
    key, numbers = _name_of(labels[0], phases=3, tariff=index_slug(labels[0]))
    if len(labels) > 1:
        numbers = dict.fromkeys(numbers, "*n*")
    shown = SENSOR_DESCRIPTIONS[labels[0].quantity]
    unit = labels[0].unit or ""
    if shown.suggested_unit_of_measurement:
        unit = tongue.say("{unit}, shown in {shown}").format(
            unit=unit, shown=shown.suggested_unit_of_measurement
        )
    name = tongue.names[key]["name"].format_map(numbers)
    return _spelt(labels), name, unit, shown.device_class or "", _state(tongue, labels[0])


def _spelt(labels: list[Label]) -> str:
    names = [f"`{label.name}`" for label in labels]
    return ", ".join(names) if len(names) <= _MOST_SPELT_OUT else f"{names[0]} … {names[-1]}"


def _state(tongue: Tongue, label: Label) -> str:
    """Say whether the entity is enabled by default, as `sensor._is_on_by_default` decides."""
    shown = SENSOR_DESCRIPTIONS[label.quantity]
    if label.quantity is Quantity.SUPPLIER_ENERGY and label.mode is Mode.STANDARD:
        return tongue.say("enabled: those of the contract")
    on = shown.entity_registry_enabled_default
    return _default(tongue, on=on) + (", diagnostic" if shown.entity_category else "")


def _rule(tongue: Tongue, rule: ReportingRule, unit: str, names: list[str]) -> tuple[str, ...]:
    change = tongue.measure(rule.change, unit) if rule.change else tongue.say("anything")
    times = (tongue.measure(seconds, "s") for seconds in (rule.shortest, rule.longest))
    return tongue.say("; ").join(names), change, *times


def _default(tongue: Tongue, *, on: bool) -> str:
    return tongue.say("enabled" if on else "disabled")


def renewed(page: str, tongue: Tongue) -> str:
    """Give a page with its tables as they should be."""
    return _TABLE.sub(
        lambda found: found["head"] + TABLES[found["name"]](tongue) + found["foot"], page
    )


def stale(pages: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Give the pages whose tables are not as they should be, with what they should read."""
    for path in pages:
        page = path.read_text()
        text = renewed(page, tongue_of(path))
        if text != page:
            yield path, text


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if one is stale")
    parser.add_argument("pages", nargs="*", type=Path, default=PAGES, help="default: all of them")
    options = parser.parse_args(arguments)
    found = dict(stale(options.pages))
    for path, text in found.items():
        print(f"docs: {path} {'is stale: run scripts/docs' if options.check else 'written'}")
        if not options.check:
            path.write_text(text)
    return int(options.check and bool(found))


if __name__ == "__main__":
    sys.exit(main())
