"""The rules folder in words: what is in force, what was refused and why, what the last change changed."""

from collections.abc import Iterator

from textual.content import Content

from sigproxy.domain.records import EventRef, Judged, RuleFailure, RulesError, RulesState
from sigproxy.tui.clock import Clock
from sigproxy.tui.printable import printable
from sigproxy.tui.state import SessionState

NAMED = 20
"""Events named in a verdict, by kind of change; the rest are counted."""

NO_RULES = """[b]No rules yet[/b]

A rule is a YAML file in the rules folder. Save one and it is in force at once:

[$success]name[/]: Product Added
[$success]event[/]: track
[$success]when[/]:
  - [$success]signal[/]: interaction.click
    [$success]where[/]:
      - target.textContent equals "Add to Cart"
"""


def in_force(rules: RulesState, judged: Judged | None, clock: Clock) -> Content:
    """Say which set is in force and since when."""
    took = f" in {judged.ms} ms" if judged and judged.version == rules.version else ""
    return Content.assemble(
        (f"version {rules.version}", "bold $primary"),
        (f"  {rules.digest[:8]}", "$muted"),
        f"  loaded {clock.age(rules.loaded_at)}{took}",
        (f"  {rules.folder}", "$muted"),
    )


def refusal(error: RulesError, rules: RulesState | None) -> Content:
    """Say where a save went wrong and that nothing is lost."""
    place = ":".join(str(part) for part in (error.file, error.line, error.column) if part is not None)
    kept = f"The rules before (version {rules.version}) stay in force." if rules else "No rules are in force."
    why = "\n".join(printable(line) for line in error.why.splitlines())
    lines = [Content.styled(place, "bold $error"), *_excerpt(error), Content(why), Content.styled(kept, "$muted")]
    return Content("\n").join(lines)


def _excerpt(error: RulesError) -> Iterator[Content]:
    if not error.excerpt:
        return
    number = f"{error.line} │ " if error.line is not None else "│ "
    yield Content.assemble((number, "$muted"), printable(error.excerpt.rstrip("\n")))
    if error.column is not None:
        gutter = " " * (len(number) - 2) + "│ "
        yield Content.assemble((gutter, "$muted"), (" " * (error.column - 1) + "^", "bold $error"))


def verdict(judged: Judged) -> Content:
    """Say what the rules make of the session, against the set before."""
    changes = (
        ("+", "gained", "$success", judged.gained),
        ("−", "lost", "$error", judged.lost),
        ("~", "changed", "$warning", judged.changed),
    )
    head = Content.assemble(
        f"{judged.before:,} → ",
        (f"{judged.after:,} event{'s' * (judged.after != 1)}", "bold"),
        (f"  from {judged.signals:,} signals, {judged.ms} ms after the save", "$muted"),
    )
    lines = [head, *(line for change in changes for line in _change(*change))]
    if not any(refs for *_, refs in changes):
        lines.append(Content.styled("The same events as before.", "$muted"))
    return Content("\n").join(lines)


def _change(sign: str, word: str, colour: str, refs: tuple[EventRef, ...]) -> Iterator[Content]:
    for ref in refs[:NAMED]:
        rule = f"  {ref.rule}" if ref.rule and ref.rule != ref.name else ""
        yield Content.assemble((f"{sign} {ref.type} {printable(ref.name)}", colour), (rule, "$muted"))
    if len(refs) > NAMED:
        yield Content.styled(f"{sign} {len(refs) - NAMED:,} more {word}", colour)


def failures(rows: list[RuleFailure], session: SessionState) -> Content:
    """Name the rules that threw or ran out of time, newest first."""
    return Content("\n").join([_failure(row, session) for row in reversed(rows)])


def _failure(row: RuleFailure, session: SessionState) -> Content:
    signal = session.signal(row.signal) if row.signal else None
    on = f"  on {printable(f'{signal.label} {signal.summary}')}" if signal else ""
    return Content.assemble((f"✗ {row.rule or 'the bundle'}", "$error"), f"  {printable(row.why)}", (on, "$muted"))
