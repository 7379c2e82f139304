"""The options of a mirror, with the defaults of its format, and its topics."""

import pytest

from custom_components.linky_tic.mirror.publisher import EXPIRY, FLUSH_TIMEOUT
from custom_components.linky_tic.mirror.settings import FORMATS, PRIVATE, MirrorSettings
from custom_components.linky_tic.tic import CATALOGUE, Mode

ADDRESS = "041961000000"


def test_how_long_the_broker_keeps_a_message_and_is_waited_for() -> None:
    assert (EXPIRY, FLUSH_TIMEOUT) == (3600, 3.0)


def chosen(**options: object) -> MirrorSettings:
    return MirrorSettings(options, ADDRESS)


def kept(**options: object) -> set[str]:
    return chosen(**options).retained_topics(["EAST", "NJOURF+1", "PRM"])


def test_a_mirror_is_on_and_typed_unless_told_otherwise() -> None:
    assert vars(chosen()) == {
        "address": ADDRESS,
        "enabled": True,
        "format": FORMATS["typed"],
        "topic": f"linky_tic/{ADDRESS}",
        "status_topic": f"linky_tic/{ADDRESS}/availability",
        "retain": True,
        "interval": 0,
        "per_label": False,
        "private": False,
        "discovery": False,
    }


@pytest.mark.parametrize(
    ("name", "topic", "status", "retain"),
    [
        ("typed", f"linky_tic/{ADDRESS}", f"linky_tic/{ADDRESS}/availability", True),
        ("linky-sensor", "house/sensors/energy", "house/probes/linky-sensor/status", False),
        ("teleinfo2mqtt", f"teleinfo/{ADDRESS}", None, False),
    ],
)
def test_each_format_has_its_usual_topics(
    name: str, topic: str, status: str | None, *, retain: bool
) -> None:
    settings = chosen(mirror_format=name)
    assert (settings.topic, settings.status_topic, settings.retain) == (topic, status, retain)


def test_each_format_has_its_own_payloads_of_the_status() -> None:
    assert {name: (one.heard, one.lost, one.status_qos) for name, one in FORMATS.items()} == {
        "typed": ("online", "offline", 1),
        "linky-sensor": ("Connected", "Connection Lost", 2),
        "teleinfo2mqtt": ("", "", 0),
    }


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_topic_is_the_usual_one(name: str) -> None:
    options = {"mirror_topic": "", "mirror_status_topic": ""}
    usual = chosen(mirror_format=name)
    assert vars(chosen(mirror_format=name, **options)) == vars(usual)


def test_availability_follows_the_topic() -> None:
    settings = chosen(mirror_topic="cellar/meter", mirror_status_topic="elsewhere")
    assert settings.status_topic == "cellar/meter/availability"


@pytest.mark.parametrize("name", ["linky-sensor", "teleinfo2mqtt"])
def test_options_of_the_typed_format_are_off_in_the_others(name: str) -> None:
    options = dict.fromkeys(("mirror_per_label", "mirror_private", "mirror_discovery"), True)
    settings = chosen(mirror_format=name, **options)
    assert {settings.per_label, settings.private, settings.discovery} == {False}


def test_topics_are_kept_where_something_is_retained() -> None:
    base = f"linky_tic/{ADDRESS}"
    state = f"{base}/availability"
    assert kept() == {base, state}
    assert kept(mirror_retain=False) == {state}
    assert kept(mirror_per_label=True) == {base, state, f"{base}/EAST", f"{base}/NJOURF_plus_1"}
    assert kept(mirror_per_label=True, mirror_retain=False) == {state}
    assert f"{base}/PRM" in kept(mirror_per_label=True, mirror_private=True)
    assert f"homeassistant/device/linky_tic_{ADDRESS}/config" in kept(mirror_discovery=True)
    assert kept(mirror_format="teleinfo2mqtt") == set()


def test_every_label_but_the_private_ones_may_have_a_topic() -> None:
    private = {row.name for row in CATALOGUE[Mode.STANDARD].values() if row.quantity in PRIVATE}
    assert private == {"PRM", "MSG1", "MSG2"}
    topics = chosen(mirror_per_label=True).retained_topics()
    assert len(topics) == sum(map(len, CATALOGUE.values())) - len(private) + 2


def test_the_topics_of_a_mirror_are_its_own_while_it_is_on() -> None:
    assert chosen().topics == [f"linky_tic/{ADDRESS}", f"linky_tic/{ADDRESS}/availability"]
    assert chosen(mirror_format="teleinfo2mqtt").topics == [f"teleinfo/{ADDRESS}"]
    assert chosen(mirror=False).topics == []


def test_a_mirror_that_is_off_keeps_nothing() -> None:
    assert kept(mirror=False, mirror_per_label=True, mirror_discovery=True) == set()
