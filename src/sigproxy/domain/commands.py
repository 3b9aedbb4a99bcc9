"""What a person decides, as small values that travel from a client to the service."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from sigproxy.domain.records import Upstream


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Release(_Command):
    """Send held events on to Segment. Refused for ids that aren't held."""

    do: Literal["release"] = "release"
    ids: tuple[str, ...]


class ReleaseAll(_Command):
    """Send everything that is held."""

    do: Literal["release_all"] = "release_all"


class Drop(_Command):
    """Never send these held events."""

    do: Literal["drop"] = "drop"
    ids: tuple[str, ...]


class Restore(_Command):
    """Take dropped events back into the hold."""

    do: Literal["restore"] = "restore"
    ids: tuple[str, ...]


class SetUpstream(_Command):
    """Choose whether events wait to be released or go on as they arrive."""

    do: Literal["set_upstream"] = "set_upstream"
    mode: Upstream


class SetDetection(_Command):
    """Turn the injection of the debug flag on (for the configured hours) or off."""

    do: Literal["set_detection"] = "set_detection"
    on: bool


class WatchApp(_Command):
    """Open TLS of this host too, and put the debug flag on its pages."""

    do: Literal["watch_app"] = "watch_app"
    host: str


class Stop(_Command):
    """End the service; what was captured stays."""

    do: Literal["stop"] = "stop"


type Command = Annotated[
    Release | ReleaseAll | Drop | Restore | SetUpstream | SetDetection | WatchApp | Stop,
    Field(discriminator="do"),
]

COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
"""Validates a command's JSON; raises pydantic's ValidationError."""
