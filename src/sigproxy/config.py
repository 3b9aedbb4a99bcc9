"""The settings of a run. A value typed on the command line wins over the environment, that over the file, that over the default.

The file is `config.toml` in the state folder; the environment has `SIGPROXY_` before each name in capitals.
"""

import difflib
import os
import tomllib
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from sigproxy.domain.records import Upstream
from sigproxy.errors import SigproxyError, UsageError


class Settings(BaseModel):
    """What to run and how."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path
    """The state folder: captures, certificate authority, logs."""

    host: str = "127.0.0.1"
    """Address that the proxy listens on."""

    port: int = Field(default=8080, ge=0, le=65535)
    """Port of the proxy; 0 for any that is free."""

    rules: Path
    """Folder of the rule files."""

    apps: tuple[str, ...] = ()
    """Host patterns of the app whose pages get the debug flag and whose TLS is opened."""

    options: tuple[str, ...] = ()
    """mitmproxy options, each `name=value`."""

    segment_at: str | None = None
    """URL of a stand-in that gets everything meant for Segment's hosts."""

    detection_hours: float = Field(default=24, gt=0)
    """Hours after which the debug flag is no longer put on pages."""

    retention_hours: float = Field(default=72, gt=0)
    """Hours after which a finished capture is forgotten."""

    resume: bool = False
    """Continue the last capture though it ended as it should."""

    upstream: Upstream = "hold"
    engine: Literal["auto", "v8", "quickjs"] = "auto"

    @field_validator("segment_at")
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("a URL such as http://127.0.0.1:9000 was expected")
        return value


def state_folder() -> Path:
    """Return the state folder, made for this user alone where it wasn't there.

    Raises:
        SigproxyError: It can't be made or written.
    """
    home = Path(os.environ.get("SIGPROXY_HOME") or platformdirs.user_data_path("sigproxy", appauthor=False)).absolute()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise _not_writable(home, problem.strerror or str(problem)) from problem
    if not os.access(home, os.W_OK | os.X_OK):
        raise _not_writable(home, "no permission")
    return home


def load_settings(**typed: Any) -> Settings:
    """Gather the settings.

    Args:
        typed: What the command line says; None and empty tuples count as not said.

    Raises:
        UsageError: A value can't be used; names where it was said, what was expected, and the nearest spelling.
    """
    home = state_folder()
    layers = {
        f"{home / 'config.toml'}": _file_layer(home / "config.toml"),
        "the environment": _environment_layer(),
        "the command line": {name: value for name, value in typed.items() if value not in (None, ())},
    }
    values: dict[str, Any] = {"home": home, "rules": _default_rules(home)}
    said_in: dict[str, str] = {}
    for place, layer in layers.items():
        values |= layer
        said_in |= dict.fromkeys(layer, place)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as problem:
        raise _explain(problem, said_in) from problem
    return settings.model_copy(update={"rules": settings.rules.absolute()})


def _default_rules(home: Path) -> Path:
    beside = Path("rules")
    return beside if beside.is_dir() else home / "rules"


def _file_layer(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise UsageError(f"{path} isn't TOML: {problem}.", "Correct the file, or delete it to use the defaults.") from problem
    except OSError as problem:
        raise UsageError(f"{path} can't be read: {problem.strerror}.", "Check its permissions.") from problem


def _environment_layer() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in Settings.model_fields:
        value = os.environ.get(f"SIGPROXY_{name.upper()}")
        if value and name != "home":
            found[name] = tuple(value.split(",")) if name in ("apps", "options") else value
    return found


def _explain(problem: ValidationError, said_in: dict[str, str]) -> UsageError:
    detail = problem.errors()[0]
    name = str(detail["loc"][0])
    place = said_in.get(name, "the settings")
    if detail["type"] == "extra_forbidden":
        close = difflib.get_close_matches(name, Settings.model_fields, n=1)
        hint = f"Did you mean `{close[0]}`?" if close else f"Known are: {', '.join(Settings.model_fields)}."
        return UsageError(f"`{name}` in {place} is no setting.", hint)
    expected = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return UsageError(f"`{name} = {detail['input']}` in {place} can't be used.", f"Expected: {expected}.")


def _not_writable(home: Path, why: str) -> SigproxyError:
    return SigproxyError(f"The state folder {home} can't be used: {why}.", "Choose another with SIGPROXY_HOME.")
