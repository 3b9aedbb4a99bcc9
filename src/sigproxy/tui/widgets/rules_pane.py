"""Rules: which are in force, why a save was refused, and what the last change did to the session."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from sigproxy.tui.clock import Clock
from sigproxy.tui.rules_report import NO_RULES, failures, in_force, refusal, verdict
from sigproxy.tui.state import SessionState
from sigproxy.tui.widgets.rule_list import RuleList


class RulesPane(Vertical):
    """The list left, the verdict and the failures right; below each other on a narrow screen."""

    SCOPED_CSS = False  # the screen's width class is above the pane
    DEFAULT_CSS = """
    RulesPane {
        & > #in-force { height: 1; padding: 0 2; text-wrap: nowrap; text-overflow: ellipsis; }
        & > #refusal { display: none; height: auto; padding: 0 1; border: round $error; background: $error 10%;
            border-title-color: $error; border-title-style: bold; }
        &.-refused > #refusal { display: block; }
        & > Horizontal { height: 1fr; }
        & #rules-box { width: 3fr; }
        & #rules { height: 1fr; }
        & #no-rules { display: none; height: auto; padding: 1 2; }
        & .-empty #no-rules { display: block; }
        & .-empty #rules { height: 0; }
        & #verdicts { width: 2fr; }
        & #verdict-box, & #failures-box { padding: 0 1; scrollbar-size-vertical: 1; }
        & #verdict-box { height: 1fr; }
        & #failures-box { height: auto; max-height: 50%; display: none; }
        &.-failed #failures-box { display: block; border: round $error; border-title-color: $error; }
    }
    .-narrow RulesPane {
        & > Horizontal { layout: vertical; }
        & #rules-box { width: 1fr; height: 1fr; }
        & #verdicts { width: 1fr; height: 1fr; }
        &.-refused #verdict-box { display: none; }
        &.-refused #verdicts { height: auto; max-height: 6; }
        &.-refused #failures-box { max-height: 100%; }
    }
    """
    rules_list = query_one(RuleList)
    box = query_one("#rules-box", Vertical)
    loaded = query_one("#in-force", Static)
    refusal_panel = query_one("#refusal", Static)
    verdict_text = query_one("#verdict", Static)
    failures_text = query_one("#failures", Static)

    def __init__(self, session: SessionState, clock: Clock, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._session = session
        self._clock = clock

    def compose(self) -> ComposeResult:
        """Lay out the lists."""
        yield Static(id="in-force")
        panel = Static(id="refusal")
        panel.border_title = "The last save was refused"
        yield panel
        with Horizontal():
            with Vertical(id="rules-box", classes="box -empty"):
                yield Static(NO_RULES, id="no-rules")
                yield RuleList(self._session, id="rules")
            with Vertical(id="verdicts"):
                with VerticalScroll(id="verdict-box", classes="box") as verdict_box:
                    verdict_box.border_title = "What the last change did"
                    yield Static(id="verdict")
                with VerticalScroll(id="failures-box", classes="box") as failures_box:
                    failures_box.border_title = "Rules that failed"
                    yield Static(id="failures")

    def on_mount(self) -> None:
        """Draw what is known, and let ages grow."""
        self.show()
        self.set_interval(5, self._show_loaded)

    def show(self) -> None:
        """Draw what the session has become."""
        session = self._session
        rules = session.rules
        self.set_class(session.rules_error is not None, "-refused")
        self.set_class(bool(session.failures), "-failed")
        self.box.set_class(not (rules and rules.rules), "-empty")
        self.box.border_title = f"Rules · {len(rules.rules)}" if rules else "Rules"
        if session.rules_error:
            self.refusal_panel.update(refusal(session.rules_error, rules))
        self.verdict_text.update(verdict(session.judged) if session.judged else _no_verdict())
        self.failures_text.update(failures(session.failures, session))
        self.rules_list.show()
        self._show_loaded()

    def take_focus(self) -> None:
        """Focus the list."""
        self.rules_list.focus()

    def _show_loaded(self) -> None:
        rules = self._session.rules
        self.loaded.update(in_force(rules, self._session.judged, self._clock) if rules else "No rules loaded")


def _no_verdict() -> Content:
    return Content.styled("Save a rule: the whole session is judged again, and what changed is listed here.", "$muted")
