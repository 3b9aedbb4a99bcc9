"""The rules in force."""

from collections.abc import Sequence

from sigproxy.domain.records import RuleInfo
from sigproxy.tui.state import SessionState
from sigproxy.tui.widgets.rows import Cell, RowList


class RuleList(RowList):
    """One line a rule: enabled, name, event type, events made so far, file."""

    def __init__(self, session: SessionState, *, id: str | None = None) -> None:
        super().__init__(id=id, follow=False)
        self._session = session

    @property
    def _rules(self) -> tuple[RuleInfo, ...]:
        return self._session.rules.rules if self._session.rules else ()

    def show(self) -> None:
        """Draw the rules as they are now."""
        self.rows_replaced(self.cursor or 0)

    def row_count(self) -> int:
        """Return how many rules there are."""
        return len(self._rules)

    def cells(self, index: int, width: int) -> Sequence[Cell]:
        """Lay one rule out."""
        rule = self._rules[index]
        file = min(32, width // 3)
        name = max(0, width - 3 - 10 - 14 - file - 2)
        fired = f"{rule.fired:,} event{'s' * (rule.fired != 1)}" if rule.fired else "not yet"
        return (
            Cell("", 1),
            Cell("●" if rule.enabled else "○", 2, "success" if rule.enabled else "muted"),
            Cell(rule.name, name, "strong" if rule.enabled else "muted"),
            Cell(rule.event, 10, "muted"),
            Cell(fired if rule.enabled else "off", 14, "primary" if rule.fired and rule.enabled else "muted"),
            Cell("", 1),
            Cell(rule.file, file, "muted"),
        )
