"""Colours that can be read."""

import pytest
from textual.color import Color
from textual.theme import Theme

from sigproxy.tui.themes import DARK, LIGHT
from sigproxy.tui.widgets.tones import VARIABLES


def luminance(color: Color) -> float:
    """Relative luminance, https://www.w3.org/TR/WCAG21/#dfn-relative-luminance."""
    parts = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in color.normalized)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))), reverse=True)
    return (high + 0.05) / (low + 0.05)


def colour(theme: Theme, variable: str) -> str:
    name = variable.removeprefix("$")
    return theme.variables.get(name) or str(getattr(theme, name))


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("variable", sorted(set(VARIABLES.values())))
def test_every_tone_can_be_read_on_every_background(theme: Theme, variable: str) -> None:
    backgrounds = ("background", "surface", "panel", "row-cursor", "row-cursor-blurred")
    too_faint = {
        name: round(ratio, 2) for name in backgrounds if (ratio := contrast(colour(theme, variable), colour(theme, name))) < 4.5
    }
    assert too_faint == {}


def test_both_themes_name_the_same_colours() -> None:
    assert DARK.variables.keys() == LIGHT.variables.keys()
