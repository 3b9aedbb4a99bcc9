"""The commands. Each group is a file of its own; what is slow to import is imported inside the commands."""

import os
import sys
import time
import traceback
from pathlib import Path
from typing import NoReturn

import click

from sigproxy.cli.app import cli
from sigproxy.errors import SigproxyError


def main() -> NoReturn:
    """Run the command line; every error a user can meet is one sentence and the next step."""
    try:
        cli.main(standalone_mode=False)
    except SigproxyError as problem:
        _complain(problem.message, problem.hint)
        sys.exit(problem.exit_code)
    except click.exceptions.Abort:
        sys.exit(130)
    except KeyboardInterrupt:
        sys.exit(130)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except BrokenPipeError:
        # The reader of our output has had enough; nothing more may be flushed there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(0)
    except Exception:
        _complain("An error inside sigproxy ended this command; what was captured is safe.", f"Details are in {_crash_log()}.")
        sys.exit(70)
    sys.exit(0)


def _complain(message: str, hint: str) -> None:
    click.echo(click.style("sigproxy: ", fg="red", bold=True) + message, err=True)
    if hint:
        click.echo(f"  {hint}", err=True)


def _crash_log() -> Path:
    from sigproxy.config import state_folder

    try:
        folder = state_folder() / "logs"
        folder.mkdir(mode=0o700, exist_ok=True)
    except (SigproxyError, OSError):
        folder = Path.cwd()
    path = folder / f"crash-{time.strftime('%Y%m%d-%H%M%S')}.log"
    path.write_text(traceback.format_exc(), encoding="utf-8")
    return path
