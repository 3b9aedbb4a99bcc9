import gzip
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigproxy.domain.exchange import Exchange
from sigproxy.domain.upload import MAX_BODY, Upload, decode
from tests import recordings

SIGNAL = {
    "type": "track",
    "event": "Segment Signal Generated",
    "messageId": "m1",
    "properties": {"type": "userDefined", "timestamp": "2026-11-20T10:00:00.000Z", "index": 3, "data": {"a": 1}},
}


def upload(body: bytes | dict[str, Any] | list[Any], path: str = "/v1/b", *headers: tuple[str, str]) -> Upload:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return decode(
        Exchange(
            id="x",
            method="POST",
            url=f"https://signals.segment.io{path}",
            request_headers=headers,
            request_body=raw,
            started=0,
        )
    )


@pytest.mark.parametrize("name", [*recordings.FULL_TOURS, "v1/two-tabs", "v1/err-b-500-ajs1843", "v2/redacted"])
def test_every_signal_of_a_recording_is_read_field_for_field(name: str) -> None:
    found = {}
    for exchange in recordings.exchanges(name):
        for signal in decode(exchange).signals:
            found[signal.message_id] = signal.raw
    assert found == {one["messageId"]: one["properties"] for one in recordings.signals_on_wire(name)}


@pytest.mark.parametrize("name", recordings.FULL_TOURS)
def test_events_made_by_rules_are_told_from_those_made_by_hand(name: str) -> None:
    events = [event for exchange in recordings.exchanges(name) for event in decode(exchange).events]
    assert [(event.type, event.name, event.origin) for event in events] == [
        ("page", "Rig Shop", "app"),
        ("track", "Add to Cart", "rule"),
        ("identify", "user-1234", "rule"),
        ("page", "#/about", "rule"),
        ("track", "Newsletter Subscribed", "app"),
    ]


def test_no_recording_has_a_reject() -> None:
    for name in [*recordings.FULL_TOURS, "v1/two-tabs", "v1/sample1", "v2/redacted"]:
        assert [reject for one in recordings.exchanges(name) for reject in decode(one).rejects] == []


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_phones_compress(pack: Any) -> None:
    encoding = "gzip" if pack is gzip.compress else "deflate"
    decoded = upload(pack(json.dumps({"batch": [SIGNAL]}).encode()), "/v1/b", ("Content-Encoding", encoding))
    assert [signal.message_id for signal in decoded.signals] == ["m1"]


def test_a_single_event_takes_its_type_from_the_path() -> None:
    (event,) = upload({"event": "Signed Up", "messageId": "e1"}, "/v1/t").events
    assert (event.type, event.name) == ("track", "Signed Up")


def test_one_bad_message_costs_only_itself() -> None:
    decoded = upload({"batch": [SIGNAL, 7, {"type": "nonsense"}, SIGNAL | {"messageId": "m2", "properties": None}]})
    assert [signal.message_id for signal in decoded.signals] == ["m1"]
    assert [reject.reason for reject in decoded.rejects] == [
        "message 2 of 4: a message that isn't an object",
        "message 3 of 4: a message of type 'nonsense', which is none of alias, group, identify, page, screen, track",
        "message 4 of 4: a signal without `properties`",
    ]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "a body that isn't JSON"),
        (b"\xff\xfe", "a body that isn't JSON"),
        (b'{"batch": {}}', "a `batch` that isn't an array"),
        (b"3", "a JSON int where an object was expected"),
        (b'{"batch": [NaN]}', "a body that isn't JSON"),
        (b"[" * 100_000, "a body that isn't JSON"),
    ],
)
def test_what_cannot_be_read_says_why(body: bytes, reason: str) -> None:
    (reject,) = upload(body).rejects
    assert reject.reason.startswith(reason)


def test_a_gzip_bomb_is_refused_without_unpacking_it() -> None:
    bomb = gzip.compress(bytes(MAX_BODY + 1))
    (reject,) = upload(bomb, "/v1/b", ("content-encoding", "gzip")).rejects
    assert "more than 32 MB" in reject.reason


def test_lone_surrogates_pass() -> None:
    body = json.dumps({"batch": [SIGNAL | {"properties": {"type": "userDefined", "data": {"a": "\ud800"}}}]}).encode()
    (signal,) = upload(body).signals
    assert signal.data == {"a": "\ud800"}


def test_an_upload_to_a_host_and_path_of_the_apps_own_is_known_by_its_body() -> None:
    body = json.dumps({"writeKey": "k", "batch": [SIGNAL]}).replace(" ", "").replace("SegmentS", "Segment S")
    body = body.replace("SignalG", "Signal G")
    assert [one.message_id for one in upload(body.encode(), "/collect").signals] == ["m1"]


@given(st.binary())
def test_any_bytes_are_decoded_or_rejected(body: bytes) -> None:
    decoded = upload(body)
    assert decoded.rejects or decoded.signals or decoded.events or body.strip() in (b"[]", b'{"batch":[]}')


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), JSON))
def test_data_survives_untouched(data: dict[str, Any]) -> None:
    properties = {"type": "userDefined", "data": data}
    (signal,) = upload({"batch": [SIGNAL | {"properties": properties}]}).signals
    assert signal.raw == properties
