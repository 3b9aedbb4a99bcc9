"""What the app has asked for so far, by role."""

from collections import Counter

from textual.content import Content
from textual.widgets import Static

from sigproxy.tui.state import SessionState
from sigproxy.tui.widgets.rows import fit

ROLES = {
    "app": "App requests",
    "settings": "Settings",
    "bundle": "Rules bundle",
    "signals": "Signal uploads",
    "events": "Event uploads",
    "metrics": "SDK metrics",
}


class Traffic(Static):
    """Counts of exchanges; grey where none came."""

    DEFAULT_CSS = """
    Traffic { height: 8; }
    """

    def __init__(self, session: SessionState, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._session = session
        self._shown: Counter[str] | None = None

    def show(self) -> None:
        """Draw the counts as they are now."""
        if self._session.exchanges != self._shown:
            self._draw()

    def on_resize(self) -> None:
        """Put the counts at the new right edge."""
        self._draw()

    def _draw(self) -> None:
        self._shown = self._session.exchanges.copy()
        lines = [self._line(title, self._session.exchanges[role]) for role, title in ROLES.items()]
        self.update(Content("\n").join(lines), layout=False)

    def _line(self, title: str, count: int) -> Content:
        number = f"{count:,}"
        name = fit(title, max(0, self.content_size.width - len(number)))
        return Content.assemble((name, "$muted"), (number, "$foreground" if count else "$muted"))
