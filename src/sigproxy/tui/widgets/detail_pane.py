"""What is selected, in full: a headline and a tree of facts."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from sigproxy.tui.detail import Fact
from sigproxy.tui.widgets.fact_tree import FactTree


class DetailPane(Vertical):
    """A headline above a `FactTree`; a hint where nothing is selected."""

    DEFAULT_CSS = """
    DetailPane {
        & > Static { height: auto; padding: 0 1; }
        & > FactTree { height: 1fr; }
    }
    """
    headline = query_one("Static", Static)
    tree_of_facts = query_one(FactTree)

    def __init__(self, hint: str, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._hint = hint
        self._shown: tuple[str | None, Content | None, list[Fact]] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the headline and the tree."""
        yield Static(Content.styled(self._hint, "$muted"))
        yield FactTree()

    def show(self, about: str | None, headline: Content | None, facts: list[Fact]) -> None:
        """Show facts about the thing of that id; None for both shows the hint."""
        if (about, headline, facts) == self._shown:
            return
        self._shown = (about, headline, facts)
        self.headline.update(headline or Content.styled(self._hint, "$muted"))
        self.tree_of_facts.show(about, facts)
