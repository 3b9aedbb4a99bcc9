from pathlib import Path

import pytest

from sigproxy.config import load_settings
from sigproxy.errors import UsageError


def test_what_is_typed_wins_over_the_environment_that_over_the_file_that_over_the_default(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings().port == 8080
    (home / "config.toml").write_text('port = 1\napps = ["a.example"]\n')
    assert (load_settings().port, load_settings().apps) == (1, ("a.example",))
    monkeypatch.setenv("SIGPROXY_PORT", "2")
    monkeypatch.setenv("SIGPROXY_APPS", "b.example,c.example")
    assert (load_settings().port, load_settings().apps) == (2, ("b.example", "c.example"))
    assert load_settings(port=3, apps=()).port == 3


def test_rules_beside_the_command_are_taken_before_those_of_the_state_folder(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings().rules == home / "rules"
    (tmp_path / "rules").mkdir()
    assert load_settings().rules == tmp_path / "rules"


@pytest.mark.parametrize(
    ("typed", "why"),
    [({"upstream": "send"}, "`upstream = send` in the command line"), ({"segment_at": "localhost"}, "Expected: a URL such as")],
)
def test_bad_values_are_named(home: Path, typed: dict[str, str], why: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_settings(**typed)
    assert why in str(caught.value)


def test_the_state_folder_is_made_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGPROXY_HOME", str(tmp_path / "new"))
    assert load_settings().home.stat().st_mode & 0o077 == 0
