"""What travels up: from workers and widgets to the app, which alone decides what to do about it."""

from textual.message import Message

from sigproxy.domain.commands import Command
from sigproxy.errors import SigproxyError
from sigproxy.tui.updates import Update


class FeedUpdated(Message):
    """The feed worker has news."""

    def __init__(self, update: Update) -> None:
        super().__init__()
        self.update = update


class Decided(Message):
    """A person decided something that the service must carry out."""

    def __init__(self, command: Command) -> None:
        super().__init__()
        self.command = command


class CommandFailed(Message):
    """The service refused a command, or isn't there."""

    def __init__(self, error: SigproxyError) -> None:
        super().__init__()
        self.error = error


class ShowSignal(Message):
    """Go to this signal in Activity."""

    def __init__(self, message_id: str) -> None:
        super().__init__()
        self.message_id = message_id


class ShowEvent(Message):
    """Go to this event in Events."""

    def __init__(self, event_id: str) -> None:
        super().__init__()
        self.event_id = event_id
