import json
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigproxy.domain.rule_syntax import OPERATORS, parse_condition, parse_path
from sigproxy.errors import RulesInvalid
from sigproxy.rulefiles import load_rules

GOOD = """\
name: Product Added
event: track
when:
  - signal: interaction.click
    where:
      - target.textContent equals "Add to Cart"
  - signal: network.response
    within: 10s
    where:
      - status equals 201
properties:
  price: {path: $.trigger_2.body.price, as: number}
"""


def problem(folder: Path, text: str) -> Any:
    (folder / "rule.yaml").write_text(text)
    with pytest.raises(RulesInvalid) as caught:
        load_rules(folder)
    (found, *_) = caught.value.problems
    return found


def test_a_good_rule(tmp_path: Path) -> None:
    (tmp_path / "rule.yaml").write_text(GOOD)
    (info,) = load_rules(tmp_path).infos()
    assert (info.name, info.event, info.file, info.enabled) == ("Product Added", "track", "rule.yaml", True)


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "why"),
    [
        ("when:", "whne:", 3, 1, "`whne` is no key of a rule; did you mean `when`?"),
        ("within:", "witin:", 8, 5, "`witin` is no key of a trigger; did you mean `within`?"),
        ("event: track", "event: trck", 2, 1, "did you mean `track`?"),
        ("interaction.click", "interaction.clik", 4, 5, "`interaction.clik` is no signal; did you mean `interaction.click`?"),
        ("status equals 201", "status equal 201", 10, 9, "did you mean `equals`?"),
        ("status equals 201", "status equals", 10, 9, "`equals` needs a value after it"),
        ("status equals 201", "status greater than abc", 10, 9, "`greater than` compares numbers"),
        ("status equals 201", "status is one of 201", 10, 9, "needs a list"),
        ("status equals 201", 'url matches regex "("', 10, 9, "isn't a regular expression"),
        ("status equals 201", "body..x equals 1", 10, 9, "isn't a path: it breaks off before `..x`"),
        ("10s", "10 parsecs", 8, 5, "isn't a duration; write 500ms, 10s, 2m or 1h"),
        ("trigger_2.body", "trigger_3.body", 12, 3, "means trigger 3, and the rule has 2"),
        ("as: number", "as: nmber", 12, 3, "did you mean `number`?"),
        ("properties:", "traits:", 1, 1, "`traits` belongs to identify and group, and this rule makes track"),
        ("name: Product Added\n", "", 1, 1, "`name` is missing"),
        ("event: track", "event: [track", 3, 5, "not YAML"),
        ("event: track", "event: track\nevent: page", 3, 1, "not YAML"),
    ],
)
def test_errors_name_the_place(tmp_path: Path, old: str, new: str, line: int, column: int, why: str) -> None:
    found = problem(tmp_path, GOOD.replace(old, new, 1))
    assert why in found.why
    assert (found.file, found.line, found.column) == ("rule.yaml", line, column)
    assert found.excerpt == GOOD.replace(old, new, 1).splitlines()[line - 1]


def test_every_bad_file_is_named_and_good_ones_do_not_help(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "b.yaml").write_text("7")
    (tmp_path / "c.yaml").write_bytes(b"\xff")
    with pytest.raises(RulesInvalid) as caught:
        load_rules(tmp_path)
    assert [one.file for one in caught.value.problems] == ["b.yaml", "c.yaml"]


def test_names_tell_rules_apart(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.yaml").write_text(GOOD)
    with pytest.raises(RulesInvalid, match=r"two rules are called `Product Added` \(a\.yaml and sub/b\.yaml\)"):
        load_rules(tmp_path)


def test_several_rules_in_one_file_and_what_editors_leave_is_not_read(tmp_path: Path) -> None:
    second = GOOD.replace("Product Added", "Other")
    (tmp_path / "both.yaml").write_text(f"{GOOD}---\n{second}")
    (tmp_path / ".both.yaml.swp").write_text("rubbish: [")
    (tmp_path / "both.yaml~").write_text("rubbish: [")
    assert [info.name for info in load_rules(tmp_path).infos()] == ["Product Added", "Other"]


def test_an_absent_folder_and_an_empty_file_hold_no_rules(tmp_path: Path) -> None:
    assert load_rules(tmp_path / "nowhere").infos() == ()
    (tmp_path / "empty.yaml").write_text("# nothing yet\n")
    assert load_rules(tmp_path).infos() == ()


def test_comments_and_key_order_do_not_change_what_a_rule_is(tmp_path: Path) -> None:
    (tmp_path / "rule.yaml").write_text(GOOD)
    before = load_rules(tmp_path).digest
    lines = GOOD.splitlines(keepends=True)
    (tmp_path / "rule.yaml").write_text("".join(["# a comment\n", lines[1], lines[0], *lines[2:]]))
    assert load_rules(tmp_path).digest == before


VALUES = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text().map(lambda text: text.replace("ignoring", ""))


@given(st.sampled_from(["equals", "not equals", "contains"]), VALUES)
def test_any_json_value_survives_a_condition_line(operator: str, value: Any) -> None:
    found = parse_condition(f"a.b[0] {operator} {json.dumps(value)}")
    inner = found[1] if found[0] == "not" else found
    assert inner[1:3] == [["a", "b", 0], value]


@given(st.text())
def test_any_line_is_read_or_refused(line: str) -> None:
    try:
        found = parse_condition(line)
    except ValueError as refusal:
        assert str(refusal)
    else:
        assert any(operator in line for operator in OPERATORS)
        assert found


@given(st.text())
def test_any_path_is_read_or_refused(source: str) -> None:
    try:
        assert parse_path(source)
    except ValueError as refusal:
        assert "path" in str(refusal)


DOCS = Path(__file__).parents[1] / "docs" / "rules.md"


def test_the_documentation_names_every_operator_and_its_rules_can_be_used(tmp_path: Path) -> None:
    text = DOCS.read_text()
    assert [
        one for one in OPERATORS if one not in text.replace("`... or equal`", "greater than or equal, less than or equal")
    ] == []
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    when = next(one for one in blocks if one.startswith("when:"))
    mappings = next(one for one in blocks if one.startswith("properties:"))
    where = textwrap.indent(next(one for one in blocks if one.startswith("where:")), "    ")
    (tmp_path / "a.yaml").write_text(f"name: A\nevent: track\n{when}{mappings}")
    (tmp_path / "b.yaml").write_text(f"name: B\nevent: track\nwhen:\n  - signal: network\n{where}")
    (tmp_path / "c.yaml").write_text(next(one for one in blocks if one.startswith("name:")))
    assert len(load_rules(tmp_path).infos()) == 3
