"""The hold queue: every transition of an event's status, in one table."""

from typing import Literal

from sigproxy.domain.records import EventStatus

type Action = Literal["release", "deliver", "fail", "drop", "restore"]

_TRANSITIONS: dict[tuple[EventStatus, Action], EventStatus] = {
    ("held", "release"): "released",
    ("failed", "release"): "released",
    ("released", "deliver"): "delivered",
    ("released", "fail"): "failed",
    ("held", "drop"): "dropped",
    ("failed", "drop"): "dropped",
    ("dropped", "restore"): "held",
}

_WHY_NOT: dict[EventStatus, str] = {
    "predicted": "was only foretold; the app has not sent it",
    "confirmed": "went upstream when it was recorded",
    "sent": "went upstream when it was recorded",
    "held": "is still held",
    "released": "is on its way",
    "delivered": "has been delivered",
    "failed": "failed; release it to try again",
    "dropped": "was dropped; restore it first",
}


def transition(status: EventStatus, action: Action) -> EventStatus:
    """Return the status that an action leads to.

    Raises:
        ValueError: The action makes no sense in that status; the message completes "The event ...".
    """
    try:
        return _TRANSITIONS[status, action]
    except KeyError:
        raise ValueError(_WHY_NOT[status]) from None
