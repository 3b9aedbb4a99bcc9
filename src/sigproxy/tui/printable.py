"""Text from the wire made safe to draw: an app's data must not move the cursor, recolour or reorder the screen."""

_PICTURES: dict[int, str] = {code: chr(0x2400 + code) for code in range(32)}
_SPECIAL: dict[int, str] = {ord("\n"): "⏎", ord("\t"): "⇥", 0x7F: "␡"}
_C1 = range(0x80, 0xA0)
_SEPARATORS = range(0x2028, 0x202A)
_REORDERING = (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)
"""Directional marks, overrides and isolates: https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters."""

_TABLE: dict[int, str] = _PICTURES | _SPECIAL | dict.fromkeys((*_C1, *_SEPARATORS, *_REORDERING), "�")


def printable(text: str) -> str:
    """Return the text on one line, every control character replaced by a visible sign."""
    return text.translate(_TABLE)
