"""The last line but one: where to point an app, and what the service is doing about it."""

from textual.content import Content
from textual.widgets import Static

from sigproxy.tui.clock import Clock
from sigproxy.tui.state import SessionState

ROOMY = 110
"""Cells from which the line also says what is decrypted."""


class StatusLine(Static):
    """Proxy, detection countdown, upstream mode, held events, rules, engine: the most telling first."""

    DEFAULT_CSS = """
    StatusLine {
        height: 1; background: $panel; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    def __init__(self, session: SessionState, clock: Clock) -> None:
        super().__init__()
        self._session = session
        self._clock = clock
        self._shown: Content | None = None

    def on_mount(self) -> None:
        """Count down."""
        self.show()
        self.set_interval(1, self.show)

    def on_resize(self) -> None:
        """Say more where there is room."""
        self.show()

    def show(self) -> None:
        """Draw the line as it is now."""
        parts = [part for part in (*self._service(), self._rules(), *self._engine(), *self._scope()) if part]
        line = Content("  ").join(parts)
        if line != self._shown:
            self._shown = line
            self.update(line, layout=False)

    def _service(self) -> tuple[Content, ...]:
        status = self._session.status
        if status is None:
            return (Content.styled("connecting…", "$muted"),)
        left = self._clock.left(status.detection_until)
        held = len(self._session.held())
        holding = status.upstream == "hold"
        return (
            Content.assemble(("● ", "$success"), (status.proxy, "bold")),
            Content.assemble(("detection ", "$muted"), (left or "off", "$foreground" if left else "bold $warning")),
            Content.styled(" HOLD " if holding else " RELEASE ", f"bold $background on {_mode_colour(holding)}"),
            Content.assemble((f"{held:,}", "bold $warning" if held else "$muted"), (" held", "$muted")),
        )

    def _rules(self) -> Content:
        if self._session.rules_error:
            return Content.styled("✗ rules error", "bold $error")
        rules = self._session.rules
        return Content.assemble(("rules ", "$muted"), f"v{rules.version}") if rules else Content("")

    def _engine(self) -> tuple[Content, ...]:
        status = self._session.status
        return (Content.styled(status.engine, "$muted"),) if status else ()

    def _scope(self) -> tuple[Content, ...]:
        status = self._session.status
        if status is None or self.size.width < ROOMY:
            return ()
        scope = f"decrypting {len(status.decrypted)} hosts, {status.passed_through:,} passed through"
        return (Content.styled(scope, "$muted"),)


def _mode_colour(holding: bool) -> str:
    return "$success" if holding else "$warning"
