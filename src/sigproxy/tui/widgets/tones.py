"""Meaning to colour: component classes for widgets that draw their own lines."""

from rich.style import Style
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

TONE_CLASSES: frozenset[str] = frozenset(f"tone--{tone}" for tone in VARIABLES)


def tone_css(selector: str) -> str:
    """Return the CSS that gives a widget's tones their colours; its `COMPONENT_CLASSES` need `TONE_CLASSES`."""
    rules = (
        f".tone--{tone} {{ color: {variable};{' text-style: bold;' if tone == 'strong' else ''} }}"
        for tone, variable in VARIABLES.items()
    )
    return f"{selector} {{ {' '.join(f'& > {rule}' for rule in rules)} }}"


def tone_style(widget: Widget, tone: Tone) -> Style:
    """Return the colour alone, to be laid over a background. Textual keeps it until the theme changes."""
    return widget.get_component_rich_style(f"tone--{tone}", partial=True)
