from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigproxy.domain.debug_flag import FLAGS, flagged

PAGE = {"sec-fetch-dest": "document", "sec-fetch-site": "none", "accept": "text/html"}
BYTES_OF_A_QUERY = st.text("abcxyz019=&%2F+;:@/?._~-", max_size=40)


@given(BYTES_OF_A_QUERY, st.text("abc/._-", max_size=20))
def test_what_the_address_said_is_kept_byte_for_byte(query: str, path: str) -> None:
    target = flagged("GET", f"https://shop.example/p{path}?{query}", PAGE, origin_known=False)
    if target is not None:
        assert urlsplit(target).path == f"/p{path}"
        assert urlsplit(target).query == (f"{query}&{FLAGS}" if query else FLAGS)
        assert flagged("GET", target, PAGE, origin_known=False) is None


@pytest.mark.parametrize("method", ["POST", "PUT", "HEAD", "OPTIONS", "DELETE"])
def test_only_get_is_redirected(method: str) -> None:
    assert flagged(method, "https://shop.example/", PAGE, origin_known=False) is None


@pytest.mark.parametrize(
    "query",
    [
        "code=1&state=2",
        "state=2&x=1&code=",
        "id_token=1",
        "access_token=1",
        "SAMLResponse=1",
        "oauth_token=1&oauth_verifier=2",
        "seg_signals_debug",
        "segment_signals_debug=false",
    ],
)
def test_callbacks_and_explicit_choices_arrive_as_they_are(query: str) -> None:
    assert flagged("GET", f"https://shop.example/?{query}", PAGE, origin_known=False) is None


@pytest.mark.parametrize(
    "headers",
    [
        PAGE | {"purpose": "prefetch"},
        PAGE | {"sec-purpose": "prefetch"},
        PAGE | {"sec-fetch-dest": "iframe"},
        PAGE | {"sec-fetch-dest": "empty"},
        {"accept": "text/html", "x-requested-with": "XMLHttpRequest"},
        {},
    ],
)
def test_what_is_no_page_of_a_tab_is_left_alone(headers: dict[str, str]) -> None:
    assert flagged("GET", "https://shop.example/", headers, origin_known=False) is None
