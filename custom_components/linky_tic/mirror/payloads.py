"""The payloads of the MQTT mirror: a frame or its readings as text, in each of the formats."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from json import dumps
from typing import Final

from homeassistant.helpers.json import json_dumps

from ..entities.descriptions import SENSOR_DESCRIPTIONS
from ..tic import (
    Frame,
    Group,
    Label,
    Quantity,
    Reading,
    Readings,
    Value,
    decode_status,
    identify,
    read_horodate,
    read_profile,
)


def topic_level(name: str) -> str:
    """Return a label as a topic level, in which `+` would be a wildcard."""
    return name.replace("+", "_plus_")


def plain_value(value: Value) -> str:
    """Return a value as text: digits, a trimmed text, or a time with its UTC offset (ISO 8601)."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def typed_reading(reading: Reading) -> dict[str, object]:
    """Return a reading as in the typed format."""
    label, value, unit = reading.label, reading.value, reading.label.unit
    is_instant = isinstance(value, datetime)
    shown: dict[str, object] = {"value": plain_value(value) if is_instant else value}
    if unit is not None:
        shown["unit"] = unit
    if reading.time is not None and not is_instant:
        shown["time"] = reading.time.isoformat()
    if label.quantity is Quantity.STATUS:
        shown["decoded"] = decode_status(reading.raw)
    elif (
        label.quantity in _PROFILES
        and (profile := read_profile(reading.raw)) is not None
        and profile.coding is not None
    ):
        shown["schedule"] = [
            {
                "start": slot.start.isoformat("minutes"),
                "index": slot.register,
                "contact": slot.contact,
            }
            for slot in profile.slots
        ]
    return shown


_PROFILES: Final = frozenset({Quantity.NEXT_DAY_PROFILE, Quantity.PEAK_DAY_PROFILE})


def typed_payload(address: str, readings: Readings, now: float) -> str:
    """Return readings as JSON, in the order of the catalogue; `now`: when the frame ended."""
    in_order = sorted(readings.values(), key=lambda one: one.label.rank)
    meter = {
        "address": address,
        "mode": next((one.label.mode for one in in_order), ""),
        "received": datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds"),
    }
    return json_dumps({"_meter": meter, **{one.label.name: typed_reading(one) for one in in_order}})


def linky_sensor(frame: Frame) -> str:
    """Return the verified groups byte for byte as the linky-sensor service publishes them."""
    shown = {}
    for group in frame.groups:
        shown[group.name] = {"Value": group.data}
        if (stamp := _local_time(group)) is not None:
            shown[group.name]["Timestamp"] = stamp
    return dumps(shown)


def _local_time(group: Group) -> str | None:
    """Return a group's horodate as local time without UTC offset, as the meter displays it."""
    stamp = read_horodate(group.horodate) if group.horodate else None
    return stamp.time.replace(tzinfo=None).isoformat() if stamp else None


def teleinfo2mqtt(frame: Frame, overseas: timedelta) -> str:
    """Return the verified groups as consumers of teleinfo2mqtt expect them, without its errors.

    A date is really in UTC, as its Z says; PJOURF+1 stays a text; kVA are not multiplied.
    """
    shown = {group.name: _teleinfo_group(group, overseas) for group in frame.groups}
    return dumps(shown, separators=(",", ":"))  # its numbers may be of any length


def _teleinfo_group(group: Group, overseas: timedelta) -> dict[str, object]:
    data = group.data
    shown: dict[str, object] = {"raw": data, "value": int(data) if data.isdigit() else data}
    stamp = read_horodate(group.horodate, overseas) if group.horodate else None
    if stamp is not None:
        summer = stamp.time.utcoffset() == overseas + timedelta(hours=2)
        date = stamp.time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
        shown["timestamp"] = {"dst": "summer" if summer else "winter", "date": f"{date}Z"}
    return shown


def discovery_topic(address: str) -> str:
    """Return the topic on which another Home Assistant discovers the meter."""
    return f"homeassistant/device/linky_tic_{address}/config"


def discovery_payload(
    address: str, name: str, labels: Iterable[Label], topics: tuple[str, str], expiry: int
) -> str:
    """Return the discovery of the typed format; `topics` are those of data and of availability.

    A value expires `expiry` seconds after it was published, since nothing publishes `offline` if
    this Home Assistant crashes.
    """
    identity = identify(address)
    topic, status_topic = topics
    device = {
        "identifiers": [f"linky_tic_{address}"],
        "name": name,
        "manufacturer": identity.maker,
        "model": identity.model,
        "serial_number": address,
    }
    return json_dumps(
        {
            "device": {key: value for key, value in device.items() if value is not None},
            "origin": {"name": "Linky Direct"},
            "state_topic": topic,
            "availability_topic": status_topic,
            "components": {label.name: _component(address, label, expiry) for label in labels},
        }
    )


def _component(address: str, label: Label, expiry: int) -> dict[str, object]:
    row = SENSOR_DESCRIPTIONS[label.quantity]
    component: dict[str, object] = {
        "platform": "sensor",
        "name": label.name,
        "unique_id": f"linky_tic_{address}_{label.name}",
        # The value of a vanished label is None, which Home Assistant shows as unknown.
        "value_template": f"{{{{ value_json.get('{label.name}', {{}}).get('value') }}}}",
        "expire_after": expiry,
    }
    if label.unit is not None:
        component["unit_of_measurement"] = label.unit
    if row.device_class is not None:
        component["device_class"] = row.device_class
    if label.unit is not None:
        component["state_class"] = row.state_class or "measurement"
    return component
