"""The tree in which a detail is read. What a person folds stays folded on the next row."""

from rich.style import Style
from rich.text import Text
from textual import on
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from sigproxy.tui.detail import Fact
from sigproxy.tui.messages import ShowEvent, ShowSignal
from sigproxy.tui.printable import printable
from sigproxy.tui.widgets.tones import tone_style


class FactTree(Tree[Fact]):
    """Facts, foldable; a fact with a link is followed with enter or a click."""

    DEFAULT_CSS = """
    FactTree {
        background: $background; padding: 0 0 0 1; scrollbar-size: 0 1;
        &:focus { background-tint: $background 0%; }
        & > .tree--guides, & > .tree--guides-hover, & > .tree--guides-selected { color: $frame; }
        &:focus > .tree--guides, &:focus > .tree--guides-hover, &:focus > .tree--guides-selected { color: $frame; }
    }
    """
    ICON_NODE = "▸ "
    ICON_NODE_EXPANDED = "▾ "

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id)
        self.show_root = False
        self.guide_depth = 2
        self._folds: dict[str, bool] = {}
        self._about: str | None = None
        self._facts: list[Fact] = []

    def show(self, about: str | None, facts: list[Fact]) -> None:
        """Replace the tree by these facts; the place in it is kept while they are about the same thing."""
        if about == self._about and facts == self._facts:
            return
        line = self.cursor_line if about == self._about else -1
        self._about, self._facts = about, facts
        self.clear()
        for fact in facts:
            self._grow(self.root, fact)
        if line >= 0:
            self.cursor_line = line
        else:
            self.scroll_home(animate=False, immediate=True)

    def _grow(self, parent: TreeNode[Fact], fact: Fact) -> None:
        if not fact.inside:
            parent.add_leaf(fact.key, fact)
            return
        node = parent.add(fact.key, fact, expand=self._folds.get(fact.key, fact.opened))
        for inner in fact.inside:
            self._grow(node, inner)

    def render_label(self, node: TreeNode[Fact], base_style: Style, style: Style) -> Text:
        """Draw a fact: its key, its value in its colour, and a badge where it has one."""
        fact = node.data
        if fact is None:
            return Text("")
        icon = (self.ICON_NODE_EXPANDED if node.is_expanded else self.ICON_NODE) if fact.inside else "  "
        key_tone = fact.tone if fact.link else "muted"
        text = Text.assemble(
            (icon, base_style),
            (printable(fact.key), style + tone_style(self, key_tone)),
            (" " if fact.text else "", style),
            (printable(fact.text), style + tone_style(self, fact.tone) + Style(underline=fact.link is not None)),
        )
        if fact.badge:
            badge = style + tone_style(self, "warning" if fact.badge == "masked" else "muted")
            text.append(f"  {fact.badge}", badge + Style(reverse=fact.badge == "masked"))
        return text

    @on(Tree.NodeExpanded)
    @on(Tree.NodeCollapsed)
    def _remember(self, event: Tree.NodeExpanded[Fact] | Tree.NodeCollapsed[Fact]) -> None:
        if event.node.data:
            self._folds[event.node.data.key] = event.node.is_expanded

    @on(Tree.NodeSelected)
    def _follow_link(self, event: Tree.NodeSelected[Fact]) -> None:
        link = event.node.data.link if event.node.data else None
        if link:
            self.post_message(ShowSignal(link.to) if link.kind == "signal" else ShowEvent(link.to))
