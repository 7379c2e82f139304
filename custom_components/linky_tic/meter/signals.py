"""Who is told when something about a meter changes: by label, or by the key of what is derived.

It knows names and callbacks, nothing of what they are about. Two circles: `listen` is for what is
shown, called when the reporting rules say so; `follow` is for what is reckoned, called at once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from homeassistant.core import CALLBACK_TYPE, callback

from ..tic import Frame, Label, Reading

type ReadingFollower = Callable[[Reading], None]
type FrameFollower = Callable[[Mapping[str, Reading], float], None]
type AbsenceFollower = Callable[[Label], None]
type WholeFrameFollower = Callable[[Frame, Mapping[str, Reading]], None]


class Listeners:
    """The listeners and followers of one meter."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, list[CALLBACK_TYPE]] = defaultdict(list)
        self._followers: defaultdict[str, list[ReadingFollower]] = defaultdict(list)
        self._frame_followers: list[FrameFollower] = []
        self._whole_frame_followers: list[WholeFrameFollower] = []
        self._loss_followers: list[CALLBACK_TYPE] = []
        self._absence_followers: list[AbsenceFollower] = []

    @callback
    def listen(self, name: str, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call when what is shown under a name may differ, the line's state too; give its end."""
        self._listeners[name].append(listener)
        return lambda: self._listeners[name].remove(listener)

    @callback
    def follow(self, labels: Iterable[str], follower: ReadingFollower) -> None:
        """Call with every reading of these labels, however often."""
        for label in labels:
            self._followers[label].append(follower)

    @callback
    def follow_frames(self, follower: FrameFollower) -> CALLBACK_TYPE:
        """Call at the end of each of this meter's frames: what holds now, seconds since 1970.

        Gives its end.
        """
        self._frame_followers.append(follower)
        return lambda: self._frame_followers.remove(follower)

    @callback
    def follow_whole_frames(self, follower: WholeFrameFollower) -> CALLBACK_TYPE:
        """Call likewise, with the frame: for what two labels must have said in the same one.

        Gives its end.
        """
        self._whole_frame_followers.append(follower)
        return lambda: self._whole_frame_followers.remove(follower)

    @callback
    def follow_losses(self, follower: CALLBACK_TYPE) -> None:
        """Call when the meter is no longer heard, or another one speaks."""
        self._loss_followers.append(follower)

    @callback
    def follow_absences(self, follower: AbsenceFollower) -> None:
        """Call with each label that the meter no longer sends."""
        self._absence_followers.append(follower)

    def tell(self, *names: str) -> None:
        """Call those who listen to these names."""
        for name in names:
            for listener in tuple(self._listeners.get(name, ())):
                listener()

    def tell_all(self) -> None:
        """Call every listener: whether anything is available has changed."""
        self.tell(*self._listeners)

    def heard(self, reading: Reading) -> None:
        """Pass a reading on to its followers."""
        for follower in self._followers.get(reading.label.name, ()):
            follower(reading)

    def ended(self, frame: Frame, readings: Mapping[str, Reading], now: float) -> None:
        """Pass the end of a frame on."""
        for follower in self._frame_followers:
            follower(readings, now)
        for whole_frame_follower in self._whole_frame_followers:
            whole_frame_follower(frame, readings)

    def lost(self) -> None:
        """Pass on that nothing more is known."""
        for follower in self._loss_followers:
            follower()

    def vanished(self, label: Label) -> None:
        """Pass on that a label is no longer sent."""
        for follower in self._absence_followers:
            follower(label)
        self.tell(label.name)
