import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigproxy.domain.source_settings import (
    RULES_HOST,
    is_bundle_path,
    is_settings_document,
    rewrite,
    rules_host,
    upload_host,
)

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["edgeFunction", "integrations", "autoInstrumentation", "autoInstrumentationSettings", "plan"])


def settings(api_host: Any = None, download_url: Any = None) -> bytes:
    document = {"integrations": {"Segment.io": {"apiHost": api_host}}, "edgeFunction": {"downloadURL": download_url}}
    return json.dumps(document).encode()


@given(st.dictionaries(NAMES, ANYTHING))
def test_whatever_the_document_holds_the_app_gets_our_rules(document: dict[str, Any]) -> None:
    found = json.loads(rewrite(json.dumps(document).encode(), version=7, digest="abc"))
    assert found["edgeFunction"]["version"] >= 7
    assert found["edgeFunction"]["downloadURL"].endswith("/sigproxy/abc.js")
    assert None not in found["autoInstrumentationSettings"].values()
    assert None not in found["autoInstrumentation"].values()
    assert found.get("plan") == document.get("plan")


@pytest.mark.parametrize(
    ("api_host", "host"),
    [
        ("api.segment.io/v1", "api.segment.io"),
        ("T.shop.example:8443/evs/v1", "t.shop.example"),
        ("[broken", None),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_where_events_go(api_host: Any, host: str | None) -> None:
    assert upload_host(settings(api_host=api_host)) == host


@pytest.mark.parametrize(
    ("download_url", "host"),
    [
        ("https://rules.shop.example/key/3.js", "rules.shop.example"),
        ("https://[broken/3.js", RULES_HOST),
        ("", RULES_HOST),
        (None, RULES_HOST),
    ],
)
def test_where_rules_come_from(download_url: Any, host: str) -> None:
    assert rules_host(settings(download_url=download_url)) == host


@pytest.mark.parametrize(
    ("document", "segments"),
    [(b'{"integrations":{}}', True), (b'{"edgeFunction":null}', True), (b'{"theme":"dark"}', False), (b"[]", False)],
)
def test_which_documents_are_segments(document: bytes, segments: bool) -> None:
    assert is_settings_document(document) == segments


@pytest.mark.parametrize(
    ("path", "ours"),
    [("/sigproxy/abc.js", True), ("/sigproxy/abc.js?v=2", True), ("/sigproxy/abc", False), ("/key/abc.js", False)],
)
def test_which_paths_are_our_bundles(path: str, ours: bool) -> None:
    assert is_bundle_path(path) == ours
