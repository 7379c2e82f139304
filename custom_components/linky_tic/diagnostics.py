"""The diagnostics of one meter, without anything that identifies the household.

Identifiers are left out of known fields and masked in the recorded bytes; at the end, the address
and PRM are searched for in the whole report. Entity ids that the user has changed are redacted.
"""

from base64 import b64encode
from datetime import UTC, datetime
from importlib.metadata import version
from math import isfinite
import re
from typing import Any, Final

from homeassistant.components.diagnostics import REDACTED, async_redact_data
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_PORT, __version__
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.json import json_dumps
from homeassistant.loader import async_get_integration
from homeassistant.util import slugify
from homeassistant.util.json import json_loads_object

from .adoption.records import AdoptionRecords
from .const import CONF_SLUG, DEFAULT_SLUG, DOMAIN
from .coordinator import LinkyConfigEntry, LinkyCoordinator
from .line import path_of
from .mirror.settings import Option
from .tic import IDENTITIES, Quantity, Reading, Reason, Receiver, anonymise, identify, mask

type Json = dict[str, Any]

_TOPICS: Final = frozenset({Option.TOPIC, Option.STATUS_TOPIC})
_URL: Final = re.compile(r"([\w+-]+://).*?(:\d+)?(?:[/?].*)?")
_LIKELY_LABEL: Final = re.compile(r"[A-Z]{2,8}[0-9]{0,2}([+-][0-9])?")
"""What a label of a newer meter may look like: other unknown names come from noise."""
_READING_FIELDS: Final = ("value", "raw", "time", "degraded", "confirmed")
_INVALID_BYTE: Final = "\ufffd"
"""Shown in the place of a byte that is not a valid character."""


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: LinkyConfigEntry) -> Json:
    """Return the diagnostics of an entry: if it is not loaded, only its stored data."""
    integration = await async_get_integration(hass, DOMAIN)
    report: Json = {
        "versions": {
            "integration": str(integration.version),
            "home_assistant": __version__,
            "serialx": await hass.async_add_executor_job(version, "serialx"),
        },
        "entry": _entry(entry),
        "mqtt_is_loaded": "mqtt" in hass.config.components,
        "entities": _entities(hass, entry),
        "adopted": {
            key: [{"method": one.method, "unit": one.unit, "offset": one.offset} for one in kept]
            for key, kept in (await AdoptionRecords(hass, entry.entry_id).load()).items()
        },
    }
    numbers = {entry.unique_id}
    if entry.state is ConfigEntryState.LOADED:
        report |= _running_entry(entry.runtime_data)
        numbers |= _identifiers_of(entry.runtime_data)
    secret = "|".join(re.escape(number) for number in numbers if number) or "(?!)"
    return json_loads_object(re.sub(secret, REDACTED, json_dumps(report), flags=re.IGNORECASE))


def _entry(entry: LinkyConfigEntry) -> Json:
    return {
        "title": REDACTED,
        "unique_id": REDACTED,
        "version": f"{entry.version}.{entry.minor_version}",
        "state": entry.state.value,
        "reason": entry.error_reason_translation_key,
        "disabled_by": entry.disabled_by,
        "data": {**entry.data, CONF_PORT: _port(entry.data[CONF_PORT])},
        "options": async_redact_data(entry.options, _TOPICS),
    }


def _port(port: str) -> str:
    """Return a local port as it is; of a URL, only the scheme and the port number."""
    url = _URL.fullmatch(port)
    if path_of(port) is not None or url is None:
        return port
    return f"{url[1]}{REDACTED}{url[2] or ''}"


def _entities(hass: HomeAssistant, entry: LinkyConfigEntry) -> Json:
    """Return the entities by domain and label or key, which follows the address in unique ids."""
    registered = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    slug: str = entry.data.get(CONF_SLUG, DEFAULT_SLUG)
    report: Json = {}
    for one in sorted(registered, key=lambda one: one.unique_id):
        key = one.unique_id.partition("_")[2]
        ours = rf"{one.domain}\.{slug}_{slugify(key)}(_\d\d?)?"
        report[f"{one.domain} {key}"] = {
            "entity_id": one.entity_id if re.fullmatch(ours, one.entity_id) else REDACTED,
            "disabled_by": one.disabled_by,
        }
    return report


def _running_entry(coordinator: LinkyCoordinator) -> Json:
    receiver, link = coordinator.receiver, coordinator.link
    wire, counters = receiver.wire, receiver.counters
    share = coordinator.health.quality.good_share
    return {
        "meter": _meter(coordinator),
        "link": {
            "is_connected": link.is_heard,
            "speed": link.reception.speed,
            "mode": receiver.mode,
            "received_bytes": link.reception.received,
            "reconnections": link.reconnections,
            "last_good_group": _timestamp(receiver.heard_at),
            "history": [{"at": _timestamp(at), "what": what} for at, what in link.history],
        },
        "wire": {
            "bit7": wire.bit7.name.lower(),
            "carries_parity": wire.carries_parity,
            "parity_errors": wire.parity_errors,
            "damaged": wire.damaged,
        },
        "quality": {
            "good_percent": share if share is None else round(share, 2),
            "good_groups": receiver.counters.good_groups,
            "rejected": {str(reason): counters.rejections(reason) for reason in Reason},
            "altered": counters.altered,
            "complete_frames": counters.complete_frames,
            "cut_frames": counters.cut_frames,
        },
        "refused": [
            {"label": label, "reason": reason, "count": count}
            for (label, reason), count in counters.rejected.items()
        ],
        "readings": {
            name: _reading(one)
            for name, one in receiver.meter.conditions.believed.items()
            if one.label.quantity not in IDENTITIES
        },
        "line": _line(link.reception.recent, receiver),
    }


def _meter(coordinator: LinkyCoordinator) -> Json:
    meter = coordinator.receiver.meter
    return {
        **_identity(coordinator.address),
        "mode": meter.mode,
        "phases": meter.phases,
        "is_producer": meter.is_producer,
        "is_identified": meter.is_identified,
        "overseas_minutes": int(meter.overseas.total_seconds() / 60),
        "established": sorted(meter.presence.established),
        "unknown_labels": {
            name: f"{len(data)} characters"
            for name, data in meter.unknown.items()
            if _LIKELY_LABEL.fullmatch(name)
        },
        "other_meter": _identity(coordinator.other_address) if coordinator.other_address else None,
    }


def _identity(address: str) -> Json:
    who = identify(address)
    return {"address": mask(address), "maker": who.maker, "year": who.year, "model": who.model}


def _reading(reading: Reading) -> Json:
    shown = {name: getattr(reading, name) for name in _READING_FIELDS}
    return {**shown, "at": _timestamp(reading.at)}


def _line(recent: bytes, receiver: Receiver) -> Json:
    """Return the last bytes twice: as text, and in base64 for `scripts/decode`."""
    capture = anonymise(recent, receiver.wire.bit7)
    characters = capture.translate(receiver.wire.bit7.value).decode("latin-1")
    return {
        "characters": characters.replace("\x80", _INVALID_BYTE).split("\n"),
        "capture_base64": b64encode(capture).decode(),
    }


def _timestamp(seconds: float) -> str | None:
    """Format a time to the second; None if it is infinite: it has not happened yet."""
    if not isfinite(seconds):
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _identifiers_of(coordinator: LinkyCoordinator) -> set[str | None]:
    """Return more identifiers to redact: another meter's address, and PRMs other than 0."""
    readings = coordinator.receiver.meter.conditions.believed.values()
    points = {one.raw for one in readings if one.label.quantity is Quantity.METERING_POINT}
    return {coordinator.other_address, *(one for one in points if one.strip("0"))}
