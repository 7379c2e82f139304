"""The signals of one meter's entry: who listens to which kind of news.

A listener that raises is logged once; the other listeners are called, and the rest of what was
received is handled, all the same.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable

from homeassistant.core import CALLBACK_TYPE, callback

from ..const import LOGGER
from ..tic import Frame, Reading, Readings


class Guard:
    """Calls functions that may raise; each failure is logged once, with its traceback."""

    def __init__(self) -> None:
        self._logged: set[tuple[object, type[Exception]]] = set()

    def __call__[*Args, Given](
        self, function: Callable[[*Args], Given], *args: *Args
    ) -> Given | None:
        """Call a function; returns None where it raises."""
        try:
            return function(*args)
        except Exception as error:  # of any type: it is a fault of ours or of a listener
            failure = function, type(error)
            if failure not in self._logged:
                self._logged.add(failure)
                name = getattr(function, "__qualname__", repr(function))
                LOGGER.exception("%s failed; this is logged once, and the rest goes on", name)
            return None


async def optional(step: Awaitable[None]) -> None:
    """Await a step without which all else can go on; an error is logged."""
    try:
        await step
    except Exception:  # of any type, and of any integration
        LOGGER.exception("A step failed that the rest can do without; it goes on")


class Signal[*Args = *tuple[()]]:
    """One kind of news."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._listeners: list[Callable[[*Args], object]] = []

    @callback
    def connect(self, listener: Callable[[*Args], object]) -> CALLBACK_TYPE:
        """Call a listener at each `send`; returns the unsubscriber."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def send(self, *args: *Args) -> None:
        """Call all listeners, in the order in which they were connected."""
        for listener in tuple(self._listeners):
            self._guard(listener, *args)


class NamedSignals[*Args = *tuple[()]]:
    """One signal for each name: a label, or the key of a derived entity."""

    def __init__(self, guard: Guard) -> None:
        self._signals: defaultdict[str, Signal[*Args]] = defaultdict(lambda: Signal(guard))

    @callback
    def connect(self, name: str, listener: Callable[[*Args], object]) -> CALLBACK_TYPE:
        """Call a listener at each `send` of a name; returns the unsubscriber."""
        return self._signals[name].connect(listener)

    def send(self, name: str, *args: *Args) -> None:
        """Call the listeners of a name."""
        if (signal := self._signals.get(name)) is not None:
            signal.send(*args)

    def send_all(self, *args: *Args) -> None:
        """Call the listeners of every name."""
        for signal in tuple(self._signals.values()):
            signal.send(*args)


class Signals:
    """The signals of one meter.

    `reading`: a label has a new reading. `frame`: a frame of this meter has ended; sent with the
    readings in force and the time (seconds since 1970). `lost`: no reading is valid any more, since
    the line is silent or another meter speaks. `minute`: a minute has passed.

    `state`: the state of a label's or derived entity is to be written: its reporting rule says so,
    the value is gone, or all are read anew. Some rooms listen too.
    `tariff`: the tariff in force, or the name of one, has changed; `days`, `season` and `costs`:
    likewise. `contract`: the names of the former contract and of the new one; None once a person
    has accepted the change.
    """

    def __init__(self) -> None:
        self.guard = guard = Guard()
        self.reading = NamedSignals[Reading](guard)
        self.frame = Signal[Frame, Readings, float](guard)
        self.lost: Signal = Signal(guard)
        self.minute: Signal = Signal(guard)
        self.state: NamedSignals = NamedSignals(guard)
        self.tariff: Signal = Signal(guard)
        self.days: Signal = Signal(guard)
        self.season: Signal = Signal(guard)
        self.costs: Signal = Signal(guard)
        self.contract = Signal[tuple[str, str] | None](guard)
