"""How clients find a running service: a small file in the state folder, for the owner's eyes only."""

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

NAME = "service.json"


class ServiceState(BaseModel):
    """Where the service of this state folder listens."""

    model_config = ConfigDict(frozen=True)

    pid: int
    api: str
    token: str
    """Secret: whoever has it controls the service."""

    proxy: str
    ca: str
    session: str
    started: float
    """Epoch seconds."""


def write_state(home: Path, state: ServiceState) -> None:
    """Write the file in one step, readable by its owner only."""
    draft = home / f".{NAME}.{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(state.model_dump_json())
    draft.replace(home / NAME)


def read_state(home: Path) -> ServiceState | None:
    """Return what the file says, None where there is none or its process has ended."""
    try:
        state = ServiceState.model_validate_json((home / NAME).read_bytes())
    except (OSError, ValidationError):
        return None
    return state if _is_alive(state.pid) else None


def remove_state(home: Path) -> None:
    """Remove the file if it is this process's."""
    state = read_state(home)
    if state and state.pid == os.getpid():
        (home / NAME).unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    if os.name == "nt":
        # os.kill(pid, 0) would end the process there; the client's first request tells instead.
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
