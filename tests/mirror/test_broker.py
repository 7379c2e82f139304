"""What waits for the broker, and a broker that is not there."""

import asyncio

from homeassistant.core import HomeAssistant
from hypothesis import given, strategies as st

from custom_components.linky_tic.mirror.broker import Broker, Message, Outbox


async def drained(outbox: Outbox) -> list[Message]:
    """Take all that waits."""
    taken = []
    while True:
        try:
            async with asyncio.timeout(0.01):
                taken.append(await outbox.take())
        except TimeoutError:
            return taken


async def test_only_the_newest_message_of_a_topic_waits() -> None:
    outbox = Outbox()
    for number in range(3):
        outbox.put(Message("a", str(number)))
        outbox.put(Message("b", str(number)))
    assert await drained(outbox) == [Message("a", "2"), Message("b", "2")]


async def test_messages_in_order_all_wait_and_go_first() -> None:
    outbox = Outbox()
    outbox.put(Message("data", "1"))
    outbox.put_in_order(Message("state", "online"))
    outbox.put_in_order(Message("state", "offline"))
    payloads = [message.payload for message in await drained(outbox)]
    assert payloads == ["online", "offline", "1"]


async def test_a_message_is_taken_as_soon_as_it_is_put() -> None:
    outbox = Outbox()
    taking = asyncio.create_task(outbox.take())
    await asyncio.sleep(0)
    outbox.put(Message("a", "1"))
    assert await taking == Message("a", "1")


async def test_nothing_waits_in_a_cleared_outbox() -> None:
    outbox = Outbox()
    outbox.put(Message("a", "1"))
    outbox.put_in_order(Message("b", "1"))
    outbox.clear()
    assert await drained(outbox) == []
    assert outbox.take_ordered() is None


def test_topics_to_be_kept_are_those_of_retained_messages_that_say_something() -> None:
    outbox = Outbox()
    outbox.put(Message("kept", "1", retain=True))
    outbox.put(Message("emptied", "", retain=True))
    outbox.put(Message("passing", "1"))
    outbox.put_in_order(Message("state", "online", 1, retain=True))
    assert outbox.retained_topics == {"kept", "state"}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.text(max_size=2), st.booleans())))
def test_whatever_is_put_the_last_word_of_each_topic_is_taken(
    puts: list[tuple[str, str, bool]],
) -> None:
    outbox = Outbox()
    for topic, payload, in_order in puts:
        topic_of = f"{topic}/{in_order}"
        (outbox.put_in_order if in_order else outbox.put)(Message(topic_of, payload))
    taken = {one.topic: one.payload for one in asyncio.run(drained(outbox))}
    assert taken == {f"{topic}/{in_order}": payload for topic, payload, in_order in puts}


async def test_there_is_no_broker_before_mqtt_is_set_up(hass: HomeAssistant) -> None:
    broker = Broker(hass, lambda: None)
    assert not broker.is_connected
    assert not await broker.publish(Message("a", "1"))
