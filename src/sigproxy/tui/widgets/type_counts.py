"""The types of signals with live counts: a column where there is room, one line where there isn't."""

from __future__ import annotations

from collections import Counter

from textual import events
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widget import Widget

from sigproxy.tui.kinds import TYPES_SHOWN, look_of
from sigproxy.tui.state import SessionState
from sigproxy.tui.stream import StreamWindow
from sigproxy.tui.widgets.rows import fit
from sigproxy.tui.widgets.tones import VARIABLES


class TypeCounts(Widget, can_focus=True):
    """Counts by type. Each type is a switch: hidden ones leave the stream but are counted on."""

    BINDINGS = [
        ("up,left", "move(-1)", "Previous type"),
        ("down,right", "move(1)", "Next type"),
        ("space,enter", "switch", "Show or hide"),
    ]
    DEFAULT_CSS = """
    TypeCounts { height: auto; width: 1fr; }
    """

    class Toggled(Message):
        """A type is to be hidden, or shown again."""

        def __init__(self, kind: str) -> None:
            super().__init__()
            self.kind = kind

    def __init__(self, session: SessionState, window: StreamWindow, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._session = session
        self._window = window
        self._cursor = 0
        self._shown: tuple[Counter[str], frozenset[str]] | None = None

    @property
    def kinds(self) -> list[str]:
        """The types listed: Segment's six, rejects, and whatever else has come."""
        return [*TYPES_SHOWN, *sorted(self._session.counts.keys() - set(TYPES_SHOWN))]

    @property
    def one_line(self) -> bool:
        """Whether there is room for one line only."""
        return not self.screen.has_class("-wide")

    def show(self) -> None:
        """Draw the counts and switches as they are now."""
        shown = (self._session.counts.copy(), self._window.hidden)
        if shown != self._shown:
            self.refresh(layout=self._shown is None or shown[0].keys() != self._shown[0].keys())
            self._shown = shown

    def render(self) -> Content:
        """Draw all types."""
        if self.one_line:
            return Content("  ").join([self._short(kind) for kind in self.kinds])
        return Content("\n").join([self._long(kind) for kind in self.kinds])

    def _short(self, kind: str) -> Content:
        look = look_of(kind)
        name = look.short if self.screen.has_class("-narrow") else look.title
        return self._styled(kind, f"{look.glyph} {name} ", f"{self._session.counts[kind]:,}")

    def _long(self, kind: str) -> Content:
        count = f"{self._session.counts[kind]:,}"
        look = look_of(kind)
        return self._styled(kind, f"{look.glyph} " + fit(look.title, self.content_size.width - 2 - len(count)), count)

    def _styled(self, kind: str, name: str, count: str) -> Content:
        colour = VARIABLES[look_of(kind).tone] if self._session.counts[kind] else "$muted"
        selected = " on $row-cursor" if self.has_focus and self.kinds[self._cursor] == kind else ""
        struck = " strike" if kind in self._window.hidden else ""
        return Content.assemble(
            (name, f"{'$muted' if struck else colour}{struck}{selected}"),
            (count, f"{'$muted' if struck else '$foreground' if colour != '$muted' else '$muted'}{selected}"),
        ).stylize(Style.from_meta({"kind": kind}))

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Switch the clicked type."""
        kind = event.style.meta.get("kind")
        if kind in self.kinds:
            self._cursor = self.kinds.index(kind)
            self.action_switch()

    def action_move(self, step: int) -> None:
        """Go to another type."""
        self._cursor = (self._cursor + step) % len(self.kinds)
        self.refresh()

    def action_switch(self) -> None:
        """Hide the type the cursor is on, or show it again."""
        self.post_message(self.Toggled(self.kinds[self._cursor]))
