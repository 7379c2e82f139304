"""Every benchmark runs for a blink and gives sane numbers; how fast it was is nobody's test."""

from collections import Counter
from dataclasses import replace
from math import inf
import os
from pathlib import Path
import re

import pytest

from bench import day, decode, memory
from bench.judge import error, latencies, percentile, reactions
from bench.machine import cpu_model
from bench.player import Player, Said
from bench.recorder import Written
from bench.streams import STREAMS, Stream
from bench.trace import STEP, Load, Trace, recorded_noise
from bench.usage import Mark, resident_bytes
from custom_components.linky_tic.tic import Frame, Reading
from simulator.household import Household
from tests.e2e.processes import wait_for

SAID = Said([1.0, 2.0, 3.0, 4.0], ["00400", "00400", "01900", "01910"])


@pytest.mark.parametrize("stream", STREAMS, ids=lambda one: one.name)
def test_a_steady_frame_gives_a_reading_for_each_group_that_changes(stream: Stream) -> None:
    receiver = decode.warmed(stream)
    events = [
        event
        for chunk, now in stream.chunks(decode.WARM, decode.WARM + 20)
        for event in receiver.feed(chunk, now)
    ]
    changed = [event.label.name for event in events if isinstance(event, Reading)]
    assert len(changed) == 20 * len(stream.changes)
    assert sum(isinstance(event, Frame) and event.complete for event in events) == 20


def test_the_mono_frame_has_38_groups_of_which_5_change() -> None:
    assert (STREAMS[0].groups, len(STREAMS[0].changes)) == (38, 5)


def test_all_frames_of_a_stream_have_one_size() -> None:
    for stream in STREAMS:
        assert len({len(stream.frame(number)) for number in range(0, 400, 7)}) == 1


def test_the_decoder_is_timed_beside_a_loop_that_checks_nothing() -> None:
    timed = decode.measure(STREAMS[2], repeats=2, frames=5, firsts=2)
    assert 0 < timed.bare.best <= timed.bare.median
    assert 0 < timed.steady.best <= timed.steady.median
    assert len(decode.rows([timed])[0]) == len(decode.HEADER)


def test_a_stream_that_repeats_itself_gives_frames_alone() -> None:
    still = replace(STREAMS[0], changes={})
    receiver = decode.warmed(still)
    chunks = still.chunks(decode.WARM, decode.WARM + 10)
    events = [event for chunk, now in chunks for event in receiver.feed(chunk, now)]
    assert [type(event) for event in events] == [Frame] * 10


def test_memory_is_looked_at_as_often_as_asked() -> None:
    kept = memory.main(days=0.002, looks=2)
    assert [one.days for one in kept] == [0.00002, 0.001, 0.002]
    assert 0 < kept[0].frames < kept[-1].frames
    assert all(one.blocks > 0 and one.megabytes > 1 for one in kept)


def test_the_house_moves_as_the_recorded_one_and_steps_when_asked() -> None:
    assert max(map(abs, recorded_noise())) <= 12
    trace, house = Trace(), Household(living=False)
    house.at(0, trace)
    trace.load = Load.STEPS
    powers = []
    for _ in range(60):
        house.frame()
        powers.append(int(house.truth["SINSTS"]))
    assert max(powers) - min(powers) > STEP - 50


def test_a_heater_is_on_for_twenty_seconds_of_every_minute() -> None:
    house, powers = Household(living=False), []
    house.at(0, Trace(Load.HEATER))
    while house.elapsed < 600:
        house.frame()
        powers.append(int(house.truth["SINSTS"]))
    share = sum(power > STEP for power in powers) / len(powers)
    assert share == pytest.approx(20 / 60, abs=0.02)


def test_a_day_counts_what_each_preset_shows_derived_values_too() -> None:
    house = day.houses()["heater"]
    realtime, balanced, _ = day.live(house, 0.005)
    assert 0 < balanced.rows["SINSTS"] < realtime.rows["SINSTS"]
    assert balanced.rows["active_power"] > 0
    assert balanced.rows["load"] > 0
    assert max(realtime.errors) == 0 < max(balanced.errors)


def test_latency_counts_from_the_newest_group_that_says_what_is_shown() -> None:
    shown = [(1.1, 400), (3.25, 1900), (4.5, 1910)]
    assert latencies(shown, SAID) == [0.25, 0.5]


def test_a_step_is_shown_when_the_state_is_near_it_and_never_is_infinite() -> None:
    assert reactions([(1.1, 400), (3.25, 1850)], SAID) == [0.25]
    assert reactions([(1.1, 400), (3.25, 900)], SAID) == [inf]


def test_an_error_weighs_as_long_as_it_stands() -> None:
    found = error([(1.0, 400), (3.5, 1900)], SAID)
    assert found.mean == pytest.approx(1500 * 0.5 / 3)
    assert found.greatest == 0  # none stood for a second
    assert error([(1.0, 400), (9.0, 0)], SAID).greatest == 1500


def test_a_percentile_minds_what_never_came() -> None:
    assert percentile([1.0, 2.0, 3.0], 50) == 2
    assert percentile([1.0, inf, inf], 99) == inf
    assert percentile([5.0], 99) == 5


def test_rows_are_carried_to_a_day() -> None:
    assert Written(Counter({"sensor.linky_sinsts": 3}), 60.0).rows_a_day == 3 * 1440


def test_a_player_knows_when_each_group_was_written(tmp_path: Path) -> None:
    player = Player(tmp_path)
    with player.port, Path(player.port.url).open("rb", buffering=0) as reader:
        os.set_blocking(reader.fileno(), False)
        wait_for(lambda: len(player.port._written) > 150, "two frames")
    said = player.port.said()
    assert said["ADSC"].texts[0] == player.address
    assert said["SINSTS"].times == sorted(said["SINSTS"].times)
    assert re.fullmatch(r"\d{5}", said["SINSTS"].texts[0])


def test_a_process_is_seen_to_work_and_to_hold_memory() -> None:
    mark = Mark.now(os.getpid())
    sum(range(3_000_000))
    assert mark.ms_per_second > 0
    assert resident_bytes() > 1_000_000
    assert cpu_model()
