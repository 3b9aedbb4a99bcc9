"""The app: follows the feed into the session, draws it a few times a second, and sends decisions."""

from collections.abc import Iterable, Mapping
from functools import partial

from textual import on, work
from textual.app import App, SystemCommand
from textual.screen import Screen

from sigproxy.domain.commands import Command
from sigproxy.domain.records import RecordKind
from sigproxy.errors import SigproxyError
from sigproxy.tui.actions import ACTIONS, Action
from sigproxy.tui.clock import Clock
from sigproxy.tui.control import Control
from sigproxy.tui.messages import CommandFailed, Decided, FeedUpdated
from sigproxy.tui.printable import printable
from sigproxy.tui.screens.help import HelpScreen
from sigproxy.tui.screens.main import MainScreen
from sigproxy.tui.state import EVERYTHING, SessionState
from sigproxy.tui.themes import DARK, LIGHT
from sigproxy.tui.updates import Arrived, Connected, Lost, updates

FRAME = 1 / 15
"""Seconds between two drawings at most; what arrives between them is drawn together."""

RETRY = 2.0
"""Seconds between attempts to reach a service that is gone."""

LEFT = "The service keeps running and capturing. `sigproxy attach` shows it again, `sigproxy stop` ends it."


class SigproxyApp(App[None]):
    """The terminal companion. Knows the back end through `Control` alone.

    Args:
        control: the back end.
        clock: where times come from.
        keymap: keys by action id (see `actions.ACTIONS`), instead of the default ones.
        frame: seconds between two drawings at most; 0 draws on every batch.
        retry: seconds between attempts to reconnect.
        farewell: what is printed after leaving; empty prints nothing.
    """

    TITLE = "sigproxy"

    def __init__(
        self,
        control: Control,
        *,
        clock: Clock | None = None,
        keymap: Mapping[str, str] | None = None,
        frame: float = FRAME,
        retry: float = RETRY,
        farewell: str = LEFT,
    ) -> None:
        super().__init__()
        self._clock = clock or Clock()
        self.session = SessionState()
        self.main = MainScreen(self.session, self._clock)
        self.keymap = dict(keymap or {})
        self._control = control
        self._frame = frame
        self._retry = retry
        self._farewell = farewell
        self._stopped = False
        self._frame_due = False
        self._changed: set[RecordKind] = set()
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give Textual's own themes the colours that only ours name."""
        return DARK.variables

    def get_default_screen(self) -> MainScreen:
        """Show the session."""
        return self.main

    def on_mount(self) -> None:
        """Begin to follow."""
        self.set_keymap(self.keymap)
        self._follow()

    @work(exclusive=True, group="feed")
    async def _follow(self) -> None:
        known = self.session.status.session if self.session.status else None
        async for update in updates(self._control, session=known, since=self.session.seq, retry=self._retry):
            self.post_message(FeedUpdated(update))

    @on(FeedUpdated)
    def _feed_updated(self, event: FeedUpdated) -> None:
        match event.update:
            case Arrived(records):
                for record in records:
                    self.session.apply(record)
                self._changed.update(record.kind for record in records)
            case Connected(status):
                if self.session.status and self.session.status.session != status.session:
                    self.session.restart()
                self.session.status = status
                self._changed |= EVERYTHING
                self._show_stopped(False)
            case Lost():
                self._show_stopped(True)
        self._draw_soon()

    def _show_stopped(self, stopped: bool) -> None:
        if stopped == self._stopped:
            return
        self._stopped = stopped
        self.main.show_stopped(stopped)

    def _draw_soon(self) -> None:
        if self._frame_due:
            return
        if self._frame <= 0:
            self._draw()
        else:
            self._frame_due = True
            self.set_timer(self._frame, self._draw)

    def _draw(self) -> None:
        self._frame_due = False
        self.main.show(self._changed)
        self._changed = set()

    @on(Decided)
    def _decided(self, event: Decided) -> None:
        self._send(event.command)

    @work(group="commands")
    async def _send(self, command: Command) -> None:
        try:
            await self._control.command(command)
        except SigproxyError as error:
            self.post_message(CommandFailed(error))

    @on(CommandFailed)
    def _command_failed(self, event: CommandFailed) -> None:
        self.notify(event.error.hint or " ", title=printable(event.error.message), severity="warning", markup=False)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer every action in the palette."""
        yield from super().get_system_commands(screen)
        for action in ACTIONS:
            if action.scope != "list":
                yield SystemCommand(action.title, action.help, partial(self._perform, action))

    async def _perform(self, action: Action) -> None:
        if action.scope == "global":
            await self.run_action(action.do, self.main)
            return
        self.main.action_show_tab(action.scope)
        await self.run_action(action.do, self.main.activity if action.scope == "activity" else self.main.events)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to reconnect only where there is no connection: its key belongs to others otherwise."""
        return self._stopped if action == "reconnect" else True

    def action_reconnect(self) -> None:
        """Look for the service again, at once."""
        self._follow()

    def action_toggle_theme(self) -> None:
        """Change between dark and light."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    def action_help(self) -> None:
        """Show all keys."""
        self.push_screen(HelpScreen(self.keymap))

    async def action_quit(self) -> None:
        """Leave, saying what stays behind."""
        self.exit(message=self._farewell or None)
