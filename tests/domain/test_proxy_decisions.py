import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigproxy.domain.debug_flag import FLAGS, flagged
from sigproxy.domain.hosts import is_segment, matches_any
from sigproxy.domain.source_settings import rewrite, upload_host

PAGE = {"sec-fetch-dest": "document", "sec-fetch-site": "none", "accept": "text/html"}


@pytest.mark.parametrize(
    ("url", "headers", "wanted"),
    [
        ("https://s/", PAGE, f"https://s/?{FLAGS}"),
        ("https://s/?a=1&b=%2F#x", PAGE, f"https://s/?a=1&b=%2F&{FLAGS}#x"),
        ("https://s/?segment_signals_debug=false", PAGE, None),
        ("https://s/?seg_signals_debug=true", PAGE, None),
        ("https://s/callback?code=1&state=2", PAGE, None),
        ("https://s/callback?code=1", PAGE, f"https://s/callback?code=1&{FLAGS}"),
        ("https://s/?id_token=1", PAGE, None),
        ("https://s/file.PDF", PAGE, None),
        ("https://s/", PAGE | {"sec-fetch-dest": "iframe"}, None),
        ("https://s/", PAGE | {"sec-purpose": "prefetch;prerender"}, None),
        ("http://s/", {"accept": "text/html,*/*"}, f"http://s/?{FLAGS}"),
        ("http://s/", {"accept": "*/*"}, None),
    ],
)
def test_which_navigations_get_the_flags(url: str, headers: dict[str, str], wanted: str | None) -> None:
    assert flagged("GET", url, headers, origin_known=False) == wanted
    assert flagged("POST", url, headers, origin_known=False) is None


@pytest.mark.parametrize(
    ("headers", "redirected"),
    [
        (PAGE | {"sec-fetch-site": "same-origin"}, False),
        (PAGE | {"sec-fetch-site": "cross-site"}, True),
        (PAGE, True),
        ({"accept": "text/html", "referer": "https://s/before"}, False),
        ({"accept": "text/html", "referer": "https://other/"}, True),
    ],
)
def test_a_tab_that_has_the_flags_is_left_alone(headers: dict[str, str], redirected: bool) -> None:
    assert bool(flagged("GET", "https://s/", headers, origin_known=True)) == redirected
    assert flagged("GET", "https://s/", headers, origin_known=False)


@pytest.mark.parametrize(
    ("host", "segments"),
    [
        ("api.segment.io", True),
        ("CDN.SEGMENT.COM.", True),
        ("segment.io", True),
        ("events.eu1.segmentapis.com", True),
        ("notsegment.io", False),
        ("segment.io.evil.example", False),
    ],
)
def test_segments_hosts(host: str, segments: bool) -> None:
    assert is_segment(host) == segments


@pytest.mark.parametrize(
    ("host", "pattern", "fits"),
    [
        ("shop.example", "shop.example", True),
        ("a.shop.example", "*.shop.example", True),
        ("shop.example", "*.shop.example", True),
        ("shop.example", "SHOP.example:8443", True),
        ("ashop.example", "*.shop.example", False),
        ("a.shop.example", "shop.example", False),
    ],
)
def test_host_patterns(host: str, pattern: str, fits: bool) -> None:
    assert matches_any(host, [pattern]) == fits


def rewritten(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(rewrite(json.dumps(document).encode(), version=7, digest="abc"))
    return found


@pytest.mark.parametrize(
    ("published", "version", "url"),
    [
        ({}, 7, "https://cdn.edgefn.segment.com/sigproxy/abc.js"),
        ({"version": 3, "downloadURL": "https://rules.shop.example/x.js"}, 7, "https://rules.shop.example/sigproxy/abc.js"),
        (
            {"version": 40, "downloadURL": "https://cdn.edgefn.segment.com/x.js"},
            41,
            "https://cdn.edgefn.segment.com/sigproxy/abc.js",
        ),
        (None, 7, "https://cdn.edgefn.segment.com/sigproxy/abc.js"),
    ],
)
def test_the_app_is_told_our_rules_under_a_version_that_rises(published: Any, version: int, url: str) -> None:
    assert rewritten({"edgeFunction": published})["edgeFunction"] == {"version": version, "downloadURL": url}


def test_both_names_of_auto_instrumentation_are_there_and_never_null() -> None:
    found = rewritten({"autoInstrumentationSettings": {"sampleRate": 0.5, "disableTraffic": None}})
    assert found["autoInstrumentationSettings"] == {"sampleRate": 0.5}
    assert found["autoInstrumentation"] == {"sampleRate": 0}


OURS = {"edgeFunction", "autoInstrumentationSettings", "autoInstrumentation"}


@given(
    st.dictionaries(st.text().filter(lambda key: key not in OURS), st.none() | st.integers() | st.text() | st.lists(st.text()))
)
def test_what_is_not_known_is_kept(document: dict[str, Any]) -> None:
    assert {key: value for key, value in rewritten(document).items() if key not in OURS} == document


@pytest.mark.parametrize("document", [b"[]", b"<html>", b""])
def test_what_is_no_settings_document_is_refused(document: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        rewrite(document, version=1, digest="a")
    assert upload_host(document) is None
