"""Times, ages and countdowns as people read them, from a clock that is handed in."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from sigproxy.domain.signal import epoch_ms

NO_TIME = "--:--:--"


@dataclass(frozen=True, slots=True)
class Clock:
    """The time now, and the zone to show times in."""

    now: Callable[[], float] = time.time
    """Epoch seconds."""

    zone: tzinfo | None = None
    """None shows the computer's own zone."""

    def of(self, iso: str, millis: bool = True) -> str:
        """Return the time of day of an ISO 8601 timestamp; dashes where it can't be read."""
        at_ms = epoch_ms(iso)
        return NO_TIME if at_ms is None else self.at(at_ms / 1000, millis)

    def at(self, epoch: float, millis: bool = False) -> str:
        """Return the time of day of epoch seconds."""
        shown = datetime.fromtimestamp(epoch, UTC).astimezone(self.zone)
        return shown.strftime("%H:%M:%S") + (f".{shown.microsecond // 1000:03}" if millis else "")

    def age(self, epoch: float) -> str:
        """Return how long ago that was, in the largest unit that says something: `12 s ago`."""
        seconds = max(0, int(self.now() - epoch))
        for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
            if seconds >= size:
                return f"{seconds // size} {unit} ago"
        return f"{seconds} s ago" if seconds else "just now"

    def left(self, until: float | None) -> str | None:
        """Return the time until then as `23:59:12`, or None where it is over or was never set."""
        if until is None or (seconds := int(until - self.now())) <= 0:
            return None
        minutes, second = divmod(seconds, 60)
        hour, minute = divmod(minutes, 60)
        return f"{hour:02}:{minute:02}:{second:02}"


def delay(iso: str, epoch: float) -> str | None:
    """Return how long after the ISO 8601 timestamp the epoch seconds are, as `+1.9 s`; None where unknown."""
    made = epoch_ms(iso)
    return None if made is None else f"{epoch - made / 1000:+.1f} s"
