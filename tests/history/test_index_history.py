"""What is kept of the indexes is written in time, and follows an entity to its new id."""

from datetime import timedelta
from hashlib import sha256
import time
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder.db_schema import Statistics, StatisticsShortTerm
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from custom_components.linky_tic.const import DOMAIN
from custom_components.linky_tic.history.index_history import async_setup_history, history_of
from custom_components.linky_tic.tic import LABELS

from ..home import complaints
from .tables import OTHER, A, Row, Tables

METER: Final = "041961000000"
OTHER_METER: Final = "041961000001"
QUARTER: Final = 900


async def written(hass: HomeAssistant) -> None:
    """Wait until what is to be stored at once is."""
    await hass.async_block_till_done()
    async_fire_time_changed(hass)
    await hass.async_block_till_done()


async def test_a_start_is_written_at_once_and_values_a_quarter_of_an_hour_later(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hass.loop, "time", lambda: time.time())  # noqa: PLW0108 - frozen
    await async_setup_history(hass)
    history = history_of(hass)

    async def kept(after: float) -> dict[str, Any]:
        freezer.tick(timedelta(seconds=after))
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
        stored = hass_storage.get("linky_tic.history")
        assert stored is None or stored["version"] == 3
        return stored["data"]["heard"] if stored else {}

    meter = sha256(METER.encode()).hexdigest()[:16]
    east, third = f"{meter}.total_energy", f"{meter}.supplier_energy_3"
    history.shown("sensor.east", METER, LABELS["EAST"], 5)
    assert await kept(0) == {east: 5}
    history.shown("sensor.east", METER, LABELS["EAST"], 6)
    assert await kept(QUARTER - 100) == {east: 5}
    history.shown("sensor.east", METER, LABELS["EAST"], 7)  # it does not wait for longer
    assert await kept(99) == {east: 5}
    assert await kept(1) == {east: 7}
    history.received("sensor.easf03", METER, LABELS["EASF03"], 3)
    assert await kept(0) == {east: 7, third: 3}
    history.received("sensor.easf03", METER, LABELS["EASF03"], 4)
    assert await kept(QUARTER - 1) == {east: 7, third: 3}
    assert await kept(1) == {east: 7, third: 4}
    await async_setup_history(hass)  # as after a restart: it is known, and nothing starts
    history_of(hass).shown("sensor.east", METER, LABELS["EAST"], 8)
    assert await kept(QUARTER - 1) == {east: 7, third: 4}
    assert await kept(1) == {east: 8, third: 4}


async def test_a_statistic_follows_its_entity_at_once(
    hass: HomeAssistant, hass_storage: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    async def counters() -> dict[str, Any]:
        await hass.async_block_till_done()
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
        stored: dict[str, Any] = hass_storage["linky_tic.history"]["data"]["counters"]
        return stored

    await async_setup_history(hass)
    entities = er.async_get(hass)
    sensor = entities.async_get_or_create("sensor", DOMAIN, f"{METER}_EAST")
    other = entities.async_get_or_create("sensor", "other", "1")
    history_of(hass).shown(sensor.entity_id, METER, LABELS["EAST"], 5)
    assert [*await counters()] == [sensor.entity_id]
    entities.async_update_entity(sensor.entity_id, name="East")
    entities.async_update_entity(sensor.entity_id, new_entity_id="sensor.east")
    kept = await counters()
    assert {name: one["is_moved"] for name, one in kept.items()} == {"sensor.east": True}
    entities.async_remove(other.entity_id)
    assert (await counters())["sensor.east"]["gone"] is None
    entities.async_remove("sensor.east")
    assert (await counters())["sensor.east"]["gone"]
    assert complaints(caplog) == []


async def test_what_is_committed_is_counted_once_and_nothing_else(
    hass: HomeAssistant, hass_storage: dict[str, Any], tables: Tables
) -> None:
    await async_setup_history(hass)
    history, session = history_of(hass), tables.session
    history.compiling(session)  # there is nothing to put right yet
    session.commit()
    for label, value in (("EASF01", 100_000), ("EASF01", 100_500)):
        history.shown(A, METER, LABELS[label], value)
    rows: list[Row] = []
    for start, ends in ((0, session.rollback), (300, session.commit), (600, session.commit)):
        history.compiling(session)
        tables.add(StatisticsShortTerm, A, (start, 100.5, 999.0))
        history.compiling(session)  # of the next period that was missed
        ends()
        rows = tables.rows(StatisticsShortTerm, A)
        tables.session.commit()
        assert history._counting.counters[A].row == (100_500 if rows else None)
    assert rows == [(300, 100.5, 0.5), (600, 100.5, 0.5)]
    await written(hass)
    assert hass_storage["linky_tic.history"]["data"]["counters"][A]["row"] == 100_500


async def test_what_is_received_while_rows_are_committed_is_counted_with_the_next(
    hass: HomeAssistant, tables: Tables
) -> None:
    """The meter is replaced meanwhile: what it has gained beyond the row is in the next one."""
    await async_setup_history(hass)
    history, session = history_of(hass), tables.session
    session.commit()
    for value in (100_000, 100_500):
        history.shown(A, METER, LABELS["EASF01"], value)
    meanwhile = [(METER, 100_600), (OTHER_METER, 5_000), (OTHER_METER, 5_001)]

    def committing(session: Session) -> None:
        while meanwhile and not session.in_nested_transaction():
            meter, value = meanwhile.pop(0)
            history.shown(A, meter, LABELS["EASF01"], value)

    for row in ((0, 100.5, 999.0), (300, 5.001, 999.0)):
        history.compiling(session)
        event.listen(session, "before_commit", committing)
        tables.add(StatisticsShortTerm, A, row)
        session.commit()
    assert not meanwhile
    assert tables.rows(StatisticsShortTerm, A) == [(0, 100.5, 0.5), (300, 5.001, 0.601)]


async def test_nothing_is_written_for_a_period_without_rows(
    hass: HomeAssistant, hass_storage: dict[str, Any], tables: Tables
) -> None:
    await async_setup_history(hass)
    history, session = history_of(hass), tables.session
    history.shown(A, METER, LABELS["EASF01"], 100_000)
    session.commit()
    await written(hass)
    for rows in ([(0, 100.0, 999.0)], []):
        hass_storage.pop("linky_tic.history", None)
        history.compiling(session)
        tables.add(StatisticsShortTerm, A, *rows)
        session.commit()
        await written(hass)
        assert ("linky_tic.history" in hass_storage) is bool(rows)


async def test_what_cannot_be_put_right_is_logged_and_takes_no_other_statistic_along(
    hass: HomeAssistant, tables: Tables, caplog: pytest.LogCaptureFixture
) -> None:
    await async_setup_history(hass)
    history_of(hass).shown(A, METER, LABELS["EASF01"], 100_000)
    tables.session.commit()
    history_of(hass).compiling(tables.session)
    tables.add(Statistics, OTHER, (0, 1.0, 5.0))
    tables.session.execute(text("DROP TABLE statistics_short_term"))
    tables.session.commit()
    assert tables.rows(Statistics, OTHER) == [(0, 1.0, 5.0)]
    assert complaints(caplog) == ["The sum of a statistic was not put right"]
