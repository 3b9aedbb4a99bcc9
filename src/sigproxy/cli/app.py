"""The command line's root."""

import difflib
from typing import Any

import click

from sigproxy import __version__
from sigproxy.cli.browse import open_
from sigproxy.cli.capture import demo, import_
from sigproxy.cli.control import attach, status, stop
from sigproxy.cli.rows import events, signals
from sigproxy.cli.rules import rules
from sigproxy.cli.run import run, start_and_attach


class SuggestingGroup(click.Group):
    """A group that names the nearest command when there is none of a name."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Find the command, or say which may have been meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as problem:
            close = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            if close:
                raise click.UsageError(f"{problem.message} Did you mean '{close[0]}'?", ctx) from problem
            raise


@click.group(cls=SuggestingGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sigproxy")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """See Segment signals as they leave your app, build event rules from them, and try them before they are published.

    Without a command: starts the service if none runs and opens its terminal interface.

    \b
    sigproxy demo                      the whole of it, with no account and no network
    sigproxy open https://your.site    your site in a browser of its own, signals on
    sigproxy signals --json            what was captured, for scripts
    """
    if ctx.invoked_subcommand is None:
        start_and_attach()


for command in (run, attach, status, stop, open_, demo, import_, signals, events, rules):
    cli.add_command(command)
