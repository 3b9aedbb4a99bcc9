"""The errors a user meets. Each says what happened and what to do next; the CLI prints them without a traceback.

SigproxyError
├── UsageError       a wrong argument or file; exit code 2
├── NotRunning       no service answers in this SIGPROXY_HOME; exit code 3
├── Refused          the service understood a command and said no; exit code 4
└── RulesInvalid     rule files that can't be used; exit code 5
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sigproxy.domain.records import RulesError


class SigproxyError(Exception):
    """Something a user can act on: `message` says what happened, `hint` the next step."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UsageError(SigproxyError):
    """An argument, option or file that can't be used as given."""

    exit_code = 2


class NotRunning(SigproxyError):
    """No service answers."""

    exit_code = 3


class Refused(SigproxyError):
    """The service said no."""

    exit_code = 4


class RulesInvalid(SigproxyError):
    """Rule files that can't be used; `problems` name file, line and column of each."""

    exit_code = 5

    def __init__(self, message: str, hint: str = "", problems: "tuple[RulesError, ...]" = ()) -> None:
        super().__init__(message, hint)
        self.problems = problems
