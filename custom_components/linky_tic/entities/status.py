"""The rows of the entities read from STGE and RELAIS, but for those of the tariff.

`tic/status_words.py` turns the bits into slugs. Historique has neither STGE nor RELAIS: there an
overrun is shown by ADPS and ADIRn. Its MOTDETAT is a constant on a Linky, and is not used.
"""

from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass as Device
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import EntityCategory

from ..tic import RELAYS, STATUS, Field, Meaning, Readings, number_of, status_of
from .derived import (
    DerivedBinarySensorDescription as Flag,
    DerivedSensorDescription as Word,
    of_readings,
)

_DIAGNOSTIC: Final = EntityCategory.DIAGNOSTIC
_OVERRUNS: Final = ("ADPS", "ADIR1", "ADIR2", "ADIR3")
_MEANINGS: Final = {field.slug: field.meanings for field in STATUS}


def _meaning(readings: Readings, slug: str) -> Meaning:
    return status_of(readings)[slug]


def _is_over(readings: Readings) -> bool | None:
    """Return the bit of STGE; in Historique, True while the meter sends a warning."""
    if "STGE" in readings:
        return _meaning(readings, "over_subscribed_power") is True
    return True if any(name in readings for name in _OVERRUNS) else None


def _is_not_over(readings: Readings) -> bool | None:
    """Return False if no warning is sent in Historique; None in Standard, which has none."""
    return False if "ISOUSC" in readings else None


def _flag(
    key: str,
    *on: Meaning,
    device_class: Device | None = None,
    entity_category: EntityCategory | None = _DIAGNOSTIC,
) -> Flag:
    """Return the row of a binary sensor for a field of STGE; `on`: the values that mean on."""

    def read(readings: Readings) -> bool | None:
        said = _meaning(readings, key)
        return None if said is None else said in (on or (True,))

    return Flag(
        key=key,
        sources=("STGE",),
        value=of_readings(read),
        device_class=device_class,
        entity_category=entity_category,
        entity_registry_enabled_default=False,
    )


def _relay(number: int, field: Field) -> Flag:
    """Return the row of a relay; off by default: 2 to 8 are virtual, 1 is the dry contact."""

    def read(readings: Readings) -> bool | None:
        word = number_of(readings, "RELAIS")
        return None if word is None else field.read(word) == "closed"

    return Flag(
        key=field.slug,
        sources=("RELAIS",),
        value=of_readings(read),
        entity_registry_enabled_default=False,
        translation_key="relay",
        translation_placeholders={"relay": str(number)},
    )


def status_options(slug: str) -> list[str]:
    """Return the slugs of a field of STGE, for the options of a sensor."""
    return [str(meaning) for meaning in _MEANINGS[slug] if meaning is not None]


def _field(key: str, slug: str, category: EntityCategory | None = _DIAGNOSTIC) -> Word:
    """Return the row of a sensor for a field of STGE."""

    def read(readings: Readings) -> str | None:
        said = _meaning(readings, slug)
        return None if said is None else str(said)

    return Word(
        key=key,
        device_class=SensorDeviceClass.ENUM,
        sources=("STGE",),
        value=of_readings(read),
        options=status_options(slug),
        entity_category=category,
        entity_registry_enabled_default=False,
    )


STATUS_FLAGS: Final = (
    _flag("dry_contact", "closed", entity_category=None),
    *(_relay(number, relay) for number, relay in enumerate(RELAYS, 1)),
    _flag("terminal_cover", "open", device_class=Device.OPENING),
    _flag("overvoltage", device_class=Device.PROBLEM, entity_category=None),
    Flag(
        key="over_subscribed_power",
        sources=("STGE", "ISOUSC", *_OVERRUNS),
        value=of_readings(_is_over, _is_not_over),
        device_class=Device.PROBLEM,
    ),
    _flag("producer"),
    _flag("exporting", entity_category=None),  # a meter that does not send EAIT has it too
    _flag("clock_degraded", device_class=Device.PROBLEM),
    _flag("euridis", "enabled", "enabled_secure"),
    # No device class: most captures are "not synchronised", though the meters are on the network.
    _flag("plc_synchronised"),
)

STATUS_VALUES: Final = (
    _field("breaker", "breaker", None),
    _field("supplier_register", "provider_tariff"),  # the same as NTARF
    _field("distributor_register", "distributor_tariff"),
    _field("euridis_mode", "euridis"),
    _field("plc_status", "plc_status"),
)
