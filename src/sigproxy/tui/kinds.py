"""How each type of signal and each status of an event looks: one table each, read by every pane."""

from dataclasses import dataclass
from typing import Literal

from sigproxy.domain.records import SIGNAL_TYPES, EventStatus

type Tone = Literal[
    "text",
    "strong",
    "muted",
    "primary",
    "success",
    "warning",
    "error",
    "interaction",
    "navigation",
    "network",
    "localdata",
    "instrumentation",
    "userdefined",
]
"""A colour by what it means; `themes` gives each a value, `widgets.tones` makes them CSS."""

REJECT = "reject"
"""The stream's own type for what couldn't be decoded."""


@dataclass(frozen=True, slots=True)
class Look:
    """A title, a one-cell glyph and a colour."""

    title: str
    glyph: str
    tone: Tone
    short: str = ""
    """The title where there is little room."""


TYPES: dict[str, Look] = {
    "interaction": Look("Interaction", "◆", "interaction", "Int"),
    "navigation": Look("Navigation", "➜", "navigation", "Nav"),
    "network": Look("Network", "⇄", "network", "Net"),
    "localData": Look("Local data", "▤", "localdata", "Loc"),
    "instrumentation": Look("Instrumentation", "ƒ", "instrumentation", "Ins"),
    "userDefined": Look("User defined", "✦", "userdefined", "Usr"),
    REJECT: Look("Rejects", "✗", "error", "Rej"),
}

TYPES_SHOWN: tuple[str, ...] = (*SIGNAL_TYPES, REJECT)
"""Listed always, in this order, so that a zero can be seen."""

STATUSES: dict[EventStatus, Look] = {
    "predicted": Look("predicted", "◌", "navigation"),
    "confirmed": Look("confirmed", "◉", "success"),
    "sent": Look("sent", "↗", "muted"),
    "held": Look("held", "■", "warning"),
    "released": Look("released", "↑", "network"),
    "delivered": Look("delivered", "✓", "success"),
    "failed": Look("failed", "✗", "error"),
    "dropped": Look("dropped", "–", "muted"),
}


def look_of(signal_type: str) -> Look:
    """Return the look of a type, a plain one for types Segment hasn't named."""
    return TYPES.get(signal_type) or Look(signal_type, "·", "text", signal_type[:3])
