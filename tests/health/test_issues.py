"""Repair issues are created if the user can fix something, and deleted once it is fixed."""

from pathlib import Path
from typing import Final, override

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.linky_tic.const import DOMAIN
from custom_components.linky_tic.health import issues
from custom_components.linky_tic.health.issues import Issue, console_on, issue_id, learn_more
from custom_components.linky_tic.tic import Reason
from simulator import Household
from simulator.line import Burst, Line
from simulator.ports import TcpPort

from ..home import Home, Meter
from ..test_translations import leaves, placeholders, texts

COMMAND_LINE: Final = "root=/dev/sda1 console=tty1 console=ttyAMA0,115200 quiet\n"


def shown(home: Home) -> set[str]:
    """The translation keys of our repair issues."""
    issues = ir.async_get(home.hass).issues.values()
    return {str(one.translation_key) for one in issues if one.domain == DOMAIN and one.active}


def issue(home: Home, meter: Meter, kind: Issue) -> ir.IssueEntry:
    assert meter.entry
    found = ir.async_get(home.hass).async_get_issue(DOMAIN, issue_id(meter.entry.entry_id, kind))
    assert found
    return found


def assert_told(home: Home, meter: Meter, kind: Issue) -> None:
    """Check that an issue has all placeholders of its text, and nothing private."""
    entry = issue(home, meter, kind)
    wanted = {
        name
        for path, text in leaves(texts("en")["issues"][kind])
        if "abort" not in path
        for name in placeholders(text)
    }
    assert wanted <= (entry.translation_placeholders or {}).keys()
    assert meter.entry
    assert str(meter.entry.unique_id) not in f"{entry.issue_id}{entry.translation_placeholders}"


async def test_a_good_line_needs_no_repair(home: Home) -> None:
    meter = await home.hears()
    for _ in range(12):
        await meter.play(2)
        await home.minutes()
    assert shown(home) == set()


async def live(home: Home, meter: Meter, minutes: int) -> None:
    """Let minutes pass, and play some frames in each."""
    for _ in range(minutes):
        await meter.play(3)
        await home.minutes()


async def test_a_line_that_is_noisy_for_ten_minutes_asks_for_help_until_it_is_clean(
    home: Home,
) -> None:
    house = Household()
    meter = await home.hears(Line(house, noise=2e-3))
    await live(home, meter, 8)
    assert shown(home) == set()
    await live(home, meter, 3)
    assert shown(home) == {"noisy_line"}
    assert_told(home, meter, Issue.NOISY_LINE)
    meter.source = Line(house)
    await live(home, meter, 10)
    assert shown(home) == set()


async def test_a_line_is_noisy_below_95_percent_and_clean_again_from_97_on(home: Home) -> None:
    meter = await home.hears()
    await home.minutes(11)
    receiver = meter.coordinator.receiver
    receiver.counters.altered += 50
    noisy = []
    for good, bad in ((950, 50), (0, 1), (650, 0), (49, 0)):  # 95, 94.9, 96.9 and 97 percent
        receiver.counters.good_groups += good
        receiver.counters.rejected["EAST", Reason.CHECKSUM] += bad
        await home.minutes()
        noisy.append("noisy_line" in shown(home))
    assert noisy == [False, True, True, False]


class Eaten(Line):
    """A line from which another program takes some of the bytes."""

    @override
    def next(self) -> Burst:
        burst = super().next()
        left = b"".join(burst.data[at : at + 200] for at in range(0, len(burst.data), 206))
        return Burst(left, burst.seconds, burst.baud)


async def test_bytes_that_are_missing_are_told_from_bytes_that_are_wrong(home: Home) -> None:
    house = Household()
    meter = await home.hears(Eaten(house))
    await live(home, meter, 11)
    assert shown(home) == {"lost_bytes"}
    assert_told(home, meter, Issue.LOST_BYTES)
    meter.source = Line(house, noise=2e-3)
    await live(home, meter, 11)
    assert shown(home) == {"noisy_line"}
    meter.source = Line(house)
    await live(home, meter, 11)
    assert shown(home) == set()


async def test_a_meter_silent_for_five_minutes_is_told_until_it_speaks(home: Home) -> None:
    meter = await home.hears()
    await home.minutes(5)  # the first one is not silent yet
    assert shown(home) == set()
    await home.minutes()
    assert shown(home) == {"silence"}
    assert_told(home, meter, Issue.SILENCE)
    await meter.play(1)
    await home.minutes()
    assert shown(home) == set()


async def test_a_meter_never_heard_is_silent_too(home: Home) -> None:
    meter = home.meter()
    await home.add(meter)
    await home.minutes(4)
    assert shown(home) == set()
    await home.minutes()
    assert shown(home) == {"silence"}


async def test_the_port_is_named_without_its_secrets(home: Home) -> None:
    bridge = TcpPort(home.meter().source)
    bridge.replug()  # it accepts, and says nothing
    meter = home.meter(name="unused")
    await home.add(meter, port=f"{bridge.url}?key=secret")
    await home.minutes(6)
    told = issue(home, meter, Issue.SILENCE).translation_placeholders
    assert told == {"name": "Linky", "port": bridge.url}
    bridge.unplug()


async def test_a_meter_that_is_no_longer_listened_to_needs_no_repair(home: Home) -> None:
    meter = await home.hears()
    await home.minutes(6)
    await home.unload(meter)
    assert shown(home) == set()


async def test_a_repair_that_people_ignore_stays_so_when_home_assistant_stops(home: Home) -> None:
    meter = await home.hears()
    meter.coordinator.health.issues.create(Issue.SERIAL_CONSOLE, {"port": "ttyAMA0"})
    ignored = issue(home, meter, Issue.SERIAL_CONSOLE)
    ir.async_ignore_issue(home.hass, DOMAIN, ignored.issue_id, ignore=True)
    home.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await home.hass.async_block_till_done()
    assert not meter.is_open
    assert issue(home, meter, Issue.SERIAL_CONSOLE).dismissed_version


async def test_another_mode_is_explained_and_going_back_is_the_cure(home: Home) -> None:
    house = Household()
    meter = await home.hears(house)
    house.switch_mode("historic")
    await meter.play(8)
    assert shown(home) == {"mode_changed"}
    assert_told(home, meter, Issue.MODE_CHANGED)
    told = issue(home, meter, Issue.MODE_CHANGED).translation_placeholders
    assert told == {"name": "Linky", "mode": "Historique"}
    house.switch_mode("standard")
    await meter.play(8)
    assert shown(home) == set()


@pytest.mark.parametrize("mode", ["standard", "historic"])
async def test_another_contract_is_told_until_it_is_read_or_is_the_first_one_again(
    home: Home, mode: str
) -> None:
    house = Household(mode=mode)
    meter = await home.hears(house)
    await meter.play(70)
    assert shown(home) == set()
    house.change_contract("tempo")
    await meter.play(140)
    assert shown(home) == {"contract_changed"}
    assert_told(home, meter, Issue.CONTRACT_CHANGED)
    told = issue(home, meter, Issue.CONTRACT_CHANGED).translation_placeholders
    assert told == {"name": "Linky", "before": "Base", "after": "Tempo"}
    await home.restart(meter)
    await meter.play(4)
    assert shown(home) == {"contract_changed"}
    house.change_contract("base")
    await meter.play(140)
    assert shown(home) == set()


async def test_a_mode_that_changed_while_nobody_listened_is_explained(home: Home) -> None:
    house = Household()
    meter = await home.hears(house)
    await home.unload(meter)
    house.switch_mode("historic")
    await home.restart(meter)
    await meter.play(4)
    assert shown(home) == {"mode_changed"}


async def test_what_a_mode_changes_is_told_until_it_is_read(home: Home) -> None:
    house = Household()
    meter = await home.hears(house)
    house.switch_mode("historic")
    await meter.play(8)
    assert issue(home, meter, Issue.MODE_CHANGED).is_persistent
    await home.restart(meter)
    await meter.play(4)
    assert shown(home) == {"mode_changed"}


async def test_nothing_is_left_of_a_meter_that_is_removed(home: Home) -> None:
    house = Household()
    meter = await home.hears(house)
    house.switch_mode("historic")
    await meter.play(8)
    assert meter.entry
    await home.hass.config_entries.async_remove(meter.entry.entry_id)
    assert shown(home) == set()


@pytest.mark.parametrize(("language", "page"), [("fr", "fr"), ("en", "en"), ("de", "en")])
def test_a_repair_leads_to_its_part_of_the_page_in_the_language_of_the_house(
    language: str, page: str
) -> None:
    address = learn_more(Issue.OTHER_METER, language)
    assert address.endswith(f"/{page}/troubleshooting/#other-meter")


@pytest.fixture
def command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A command line of the kernel, in a folder with devices."""
    path = tmp_path / "cmdline"
    path.write_text(COMMAND_LINE)
    monkeypatch.setattr(issues, "_COMMAND_LINE", path)
    monkeypatch.setattr(issues, "_DEVICES", tmp_path)
    return path


async def test_a_console_on_the_port_is_told_until_it_is_gone(
    home: Home, command_line: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meter = home.meter(name="ttyAMA0")
    await home.add(meter)
    assert shown(home) == {"serial_console"}
    assert_told(home, meter, Issue.SERIAL_CONSOLE)
    monkeypatch.setattr(issues, "_COMMAND_LINE", command_line.with_name("none"))
    await home.restart(meter)
    assert shown(home) == set()


@pytest.mark.parametrize("port", ["ttyAMA0", "serial0", "../{folder}/ttyAMA0"])
def test_a_console_is_found_under_any_name_of_the_port(command_line: Path, port: str) -> None:
    folder = command_line.parent
    (folder / "ttyAMA0").touch()
    (folder / "serial0").symlink_to("ttyAMA0")
    assert console_on(f"{folder}/{port.format(folder=folder.name)}") == "ttyAMA0"
    assert console_on(f"device://{folder}/serial0") == "ttyAMA0"


@pytest.mark.parametrize("port", ["/dev/ttyUSB0", "ttyAMA0", "socket://ttyAMA0:8888"])
@pytest.mark.usefixtures("command_line")
def test_another_port_has_no_console(port: str) -> None:
    assert console_on(port) is None


def test_a_system_without_a_command_line_has_no_console(command_line: Path) -> None:
    command_line.unlink()
    assert console_on(str(command_line.parent / "ttyAMA0")) is None
