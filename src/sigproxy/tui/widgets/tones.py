"""Meaning to colour, for content markup and for widgets that draw their own lines."""

from functools import lru_cache

from rich.style import Style
from textual.color import Color
from textual.widget import Widget

from sigproxy.tui.kinds import Tone

VARIABLES: dict[Tone, str] = {
    "text": "$foreground",
    "strong": "$foreground",
    "muted": "$muted",
    "primary": "$primary",
    "success": "$success",
    "warning": "$warning",
    "error": "$error",
    "interaction": "$signal-interaction",
    "navigation": "$signal-navigation",
    "network": "$signal-network",
    "localdata": "$signal-localdata",
    "instrumentation": "$signal-instrumentation",
    "userdefined": "$signal-userdefined",
}
"""The theme's variable for each tone."""


def tone_style(widget: Widget, tone: Tone) -> Style:
    """Return the colour alone, to be laid over a background.

    Read off the theme, so that no list has to carry a component class for every tone.
    """
    return _style(widget.app.theme_variables[VARIABLES[tone].removeprefix("$")], tone == "strong")


@lru_cache(maxsize=256)
def _style(color: str, bold: bool) -> Style:
    return Style(color=Color.parse(color).rich_color, bold=bold or None)
