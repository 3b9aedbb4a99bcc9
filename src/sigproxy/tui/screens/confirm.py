"""A question before something that can't be taken back."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static


class Confirm(ModalScreen[bool]):
    """Asks once; the safe answer has the focus."""

    BINDINGS = [
        ("y", "answer(True)", "Yes"),
        ("n,escape", "answer(False)", "No"),
        ("left,right,up,down", "app.focus_next", "Other button"),
    ]
    DEFAULT_CSS = """
    Confirm {
        align: center middle;
        & > Vertical {
            width: 60; max-width: 90%; height: auto; padding: 1 2;
            background: $surface; border: round $warning; border-title-color: $warning; border-title-style: bold;
        }
        & Horizontal { height: auto; align-horizontal: right; margin-top: 1; }
        & Button { margin-left: 2; }
        & Button:focus { text-style: bold; background: $primary; color: $background; background-tint: transparent 0%; }
    }
    """

    def __init__(self, title: str, question: str, yes: str) -> None:
        super().__init__()
        self._title = title
        self._question = question
        self._yes = yes

    def compose(self) -> ComposeResult:
        """Lay out the question and two answers."""
        with Vertical() as box:
            box.border_title = self._title
            yield Static(self._question, markup=False)
            with Horizontal():
                yield Button("Cancel (n)", id="no", compact=True)
                yield Button(f"{self._yes} (y)", id="yes", variant="warning", compact=True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, yes: bool) -> None:
        """Take an answer from the keyboard."""
        self.dismiss(yes)
