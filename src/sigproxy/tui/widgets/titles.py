"""Titles of frames, set only where they change: Textual draws the whole frame again for the same title too."""

from textual.widget import Widget


def set_titles(box: Widget, title: str, subtitle: str) -> None:
    """Give a frame its title above and its subtitle below."""
    if box.border_title != title:
        box.border_title = title
    if box.border_subtitle != subtitle:
        box.border_subtitle = subtitle
