"""What Activity shows before the first signal: what has been seen, and what to do next."""

from textual.content import Content
from textual.widgets import Static

from sigproxy.tui.clock import Clock
from sigproxy.tui.ladder import Rung, ladder
from sigproxy.tui.state import SessionState


class FirstSteps(Static):
    """The ladder to the first signal, the first step not yet seen explained."""

    DEFAULT_CSS = """
    FirstSteps { height: auto; padding: 1 2; }
    """

    def __init__(self, session: SessionState, clock: Clock) -> None:
        super().__init__()
        self._session = session
        self._clock = clock

    def show(self) -> None:
        """Draw the ladder as it stands."""
        rungs = ladder(self._session, self._clock)
        next_one = next((rung for rung in rungs if not rung.seen), None)
        lines = [Content.styled("No signals yet", "bold"), Content("")]
        for rung in rungs:
            lines.extend(_lines(rung, explained=rung is next_one))
        self.update(Content("\n").join(lines))


def _lines(rung: Rung, explained: bool) -> list[Content]:
    if rung.seen:
        return [Content.assemble(("✓ ", "$success"), (rung.title, "$foreground"), (f"  {rung.seen}", "$muted"))]
    if not explained:
        return [Content.assemble(("· ", "$muted"), (rung.title, "$muted"))]
    return [
        Content.assemble(("➜ ", "$warning bold"), (rung.title, "bold")),
        Content.assemble(("  ", ""), (rung.advice, "$warning")),
    ]
