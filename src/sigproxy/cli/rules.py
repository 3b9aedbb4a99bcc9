"""Looking at rule files."""

import json
from pathlib import Path
from typing import Any

import click

from sigproxy.errors import RulesInvalid


@click.group()
def rules() -> None:
    """List and check rule files."""


def _options(command: Any) -> Any:
    command = click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)
    path = click.Path(file_okay=False, path_type=Path)
    return click.option("--rules", "folder", type=path, help="Folder of the rule files.")(command)


def _folder(folder: Path | None) -> Path:
    from sigproxy.config import load_settings

    return load_settings(rules=folder).rules


@rules.command("list")
@_options
def list_(folder: Path | None, as_json: bool) -> None:
    """List the rules of the folder."""
    from sigproxy.rulefiles import load_rules

    folder = _folder(folder)
    infos = load_rules(folder).infos()
    if as_json:
        click.echo(json.dumps([info.model_dump(by_alias=True, mode="json", exclude={"fired"}) for info in infos]))
        return
    for info in infos:
        off = "" if info.enabled else "  (off)"
        click.echo(f"{info.event:9} {info.name:28} {info.file}{off}")
    if not infos:
        click.echo(f"No rules in {folder}.", err=True)


@rules.command()
@_options
def check(folder: Path | None, as_json: bool) -> None:
    """Check all rules of the folder, as a reload would. Exit code 5 when some can't be used."""
    from sigproxy.rulefiles import load_rules

    folder = _folder(folder)
    try:
        found = load_rules(folder)
    except RulesInvalid as problem:
        if as_json:
            problems = [one.model_dump(by_alias=True, mode="json") for one in problem.problems]
            click.echo(json.dumps({"ok": False, "rules": 0, "problems": problems}))
        for one in () if as_json else problem.problems:
            place = ":".join(str(part) for part in (one.file, one.line, one.column) if part is not None)
            click.echo(f"{place}: {one.why}")
            if one.excerpt:
                click.echo(f"    {one.excerpt}")
                click.echo(f"    {' ' * ((one.column or 1) - 1)}^")
        count = len(problem.problems)
        raise RulesInvalid(f"{count} problem{'s' * (count != 1)} in {folder}.", "Correct the files named above.") from problem
    if as_json:
        click.echo(json.dumps({"ok": True, "rules": len(found.rules), "problems": []}))
    else:
        click.echo(f"{len(found.rules)} rules in {folder} can be used.")
