"""The addons in a real proxy, between a real client and real servers."""

import gzip
import json
import socket
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from sigproxy.demo.segment import Received, segment_app
from sigproxy.demo.serving import serving
from sigproxy.errors import SigproxyError, UsageError
from sigproxy.ingest import CaptureError
from sigproxy.proxy.master import build_master, running
from tests import recordings
from tests.proxy.conftest import Captured, Directed, Proxy, proxying

SIGNALS = "https://signals.segment.io/v1/b"
SETTINGS = "https://cdn.segment.com/v1/projects/KEY/settings"
ORIGIN = {"origin": "http://shop.example"}


def origin_app() -> web.Application:
    async def page(request: web.Request) -> web.Response:
        return web.Response(text=f"page {request.query_string}", headers={"alt-svc": 'h3=":443"'})

    async def stream(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await answer.prepare(request)
        await answer.write(b"data: 1\n\n")
        await answer.write_eof()
        return answer

    async def collect(request: web.Request) -> web.Response:
        raise AssertionError("an upload reached the origin")

    app = web.Application()
    app.add_routes([web.get("/stream", stream), web.post("/collect/b", collect), web.route("*", "/{path:.*}", page)])
    return app


async def test_an_upload_is_stored_answered_here_and_goes_nowhere(proxy: Proxy) -> None:
    (upload, *_) = [one for one in recordings.exchanges("v2/debug-ajs1843") if one.url == SIGNALS and one.method == "POST"]
    headers = ORIGIN | {"content-type": "text/plain", "authorization": "Basic a2V5Og=="}
    async with proxy.client() as client:
        async with client.post(SIGNALS, data=upload.request_body, headers=headers) as answer:
            assert (answer.status, await answer.json()) == (200, {"success": True})
            assert answer.headers["access-control-allow-origin"] == "http://shop.example"
            assert answer.headers["access-control-allow-credentials"] == "true"
    (stored,) = proxy.captured.uploads
    assert (stored.url, stored.request_body, stored.answered_by) == (SIGNALS, upload.request_body, "sigproxy")
    assert stored.request_header("authorization") == "Basic a2V5Og=="
    assert proxy.captured.others == []


async def test_preflights_are_answered(proxy: Proxy) -> None:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type,x-new"}
    async with proxy.client() as client, client.options(SIGNALS, headers=ORIGIN | asked) as answer:
        assert answer.status == 204
        assert answer.headers["access-control-allow-origin"] == "http://shop.example"
        assert answer.headers["access-control-allow-headers"] == "authorization,content-type,x-new"
        assert "POST" in answer.headers["access-control-allow-methods"]
    assert [one.method for one in proxy.captured.others] == ["OPTIONS"]


@pytest.mark.parametrize("problem", [CaptureError("The capture could not be written: disk full."), RuntimeError("a bug")])
async def test_a_capture_that_fails_makes_the_sdk_try_again(proxy: Proxy, problem: Exception) -> None:
    proxy.captured.failing = problem
    async with proxy.client() as client, client.post(SIGNALS, data=b'{"batch":[]}', headers=ORIGIN) as answer:
        assert answer.status == 503
        assert "could not be written" in await answer.text()
        assert answer.headers["access-control-allow-origin"] == "http://shop.example"


@pytest.mark.parametrize(
    "url",
    [
        "https://api.segment.io/v1/t",
        "https://api.segment.io/v1/m",
        "https://events.eu1.segmentapis.com/v1/b",
        "https://api.segment.io/anything/else",
    ],
)
@pytest.mark.parametrize("body", [b"not json", gzip.compress(b'{"batch":[]}')])
async def test_nothing_sent_to_segment_gets_there(proxy: Proxy, url: str, body: bytes) -> None:
    async with (
        proxy.client() as client,
        client.post(url, data=body, headers={"content-encoding": "gzip"} if body[0] == 31 else {}) as answer,
    ):
        assert answer.status == 200
    assert [one.request_body for one in proxy.captured.uploads] == [body]


async def test_an_upload_to_a_host_of_the_apps_own_is_known_by_its_body(proxy: Proxy) -> None:
    message = {"type": "track", "event": "Signed Up", "messageId": "m1", "anonymousId": "a"}
    async with serving(origin_app()) as origin, proxy.client() as client:
        async with client.post(f"{origin}/collect/b", json={"writeKey": "k", "batch": [message]}) as answer:
            assert await answer.json() == {"success": True}
    assert len(proxy.captured.uploads) == 1


async def test_an_ordinary_post_is_left_alone(proxy: Proxy) -> None:
    async with serving(origin_app()) as origin, proxy.client() as client:
        async with client.post(f"{origin}/api/b", json={"batch": ["mine"]}) as answer:
            assert await answer.text() == "page "
    assert proxy.captured.uploads == []
    assert [(one.method, one.status, one.answered_by) for one in proxy.captured.others] == [("POST", 200, "upstream")]


async def test_settings_point_at_our_bundle_and_the_bundle_is_served(proxy: Proxy) -> None:
    async with serving(segment_app(Received())) as segment, proxy.client() as client:
        proxy.directed.segment_at = segment
        async with client.get(SETTINGS, headers=ORIGIN | {"if-none-match": '"x"'}) as answer:
            settings = await answer.json()
            assert answer.headers["cache-control"] == "no-store"
            assert "etag" not in answer.headers
            assert answer.headers["access-control-allow-origin"] == "http://shop.example"
        assert settings["edgeFunction"] == {"version": 7, "downloadURL": "https://cdn.edgefn.segment.com/sigproxy/d1g35t.js"}
        assert settings["integrations"]["Segment.io"]["apiHost"] == "api.segment.io/v1"
        async with client.get(settings["edgeFunction"]["downloadURL"], headers=ORIGIN) as answer:
            assert (answer.status, await answer.text()) == (200, "/* rules */ ok()")
            assert answer.headers["content-type"] == "application/javascript; charset=utf-8"
            assert answer.headers["cache-control"] == "no-store"
    assert [(one.url, one.answered_by) for one in proxy.captured.others] == [
        (SETTINGS, "upstream"),
        ("https://cdn.edgefn.segment.com/sigproxy/d1g35t.js", "sigproxy"),
    ]


async def test_a_host_that_settings_name_takes_uploads_too(proxy: Proxy) -> None:
    async def settings(request: web.Request) -> web.Response:
        return web.json_response({"integrations": {"Segment.io": {"apiHost": "t.shop.example/v1"}}})

    app = web.Application()
    app.add_routes([web.get("/v1/projects/KEY/settings", settings)])
    async with serving(app) as segment, proxy.client() as client:
        proxy.directed.segment_at = segment
        await (await client.get(SETTINGS)).read()
        async with client.post("https://t.shop.example/v1/t", json={"event": "Signed Up"}) as answer:
            assert answer.status == 200
    assert [one.url for one in proxy.captured.uploads] == ["https://t.shop.example/v1/t"]


async def test_pages_of_the_app_get_the_flags_once(proxy: Proxy) -> None:
    page = {"accept": "text/html", "sec-fetch-dest": "document", "sec-fetch-site": "none"}
    async with serving(origin_app()) as origin, proxy.client() as client:
        async with client.get(f"{origin}/a?x=1&y=%20z", headers=page, allow_redirects=False) as answer:
            assert answer.status == 307
            assert answer.headers["cache-control"] == "no-store"
            target = answer.headers["location"]
        assert target == f"{origin}/a?x=1&y=%20z&segment_signals_debug=true&segment_signals_disable_redaction=true"
        async with client.get(target, headers=page, allow_redirects=False) as answer:
            assert answer.status == 200
        async with client.get(f"{origin}/b", headers=page | {"sec-fetch-site": "same-origin"}, allow_redirects=False) as answer:
            assert answer.status == 200
        proxy.directed.detection_on = False
        async with client.get(f"{origin}/c", headers=page, allow_redirects=False) as answer:
            assert answer.status == 200


async def test_a_site_that_strips_the_flags_is_not_redirected_for_ever(proxy: Proxy) -> None:
    page = {"accept": "text/html", "sec-fetch-dest": "document", "sec-fetch-site": "none"}
    async with serving(origin_app()) as origin, proxy.client() as client:
        statuses = [(await client.get(f"{origin}/a", headers=page, allow_redirects=False)).status for _ in range(3)]
    assert statuses == [307, 200, 200]


async def test_the_control_api_cannot_be_reached(proxy: Proxy) -> None:
    async with serving(origin_app()) as api, proxy.client() as client:
        port = int(api.rsplit(":", 1)[1])
        proxy.directed.control_api = ("127.0.0.1", port)
        for host in ("127.0.0.1", "localhost"):
            async with client.get(f"http://{host}:{port}/v1/status") as answer:
                assert answer.status == 403
    assert proxy.captured.others == []


async def test_other_hosts_pass_through_unopened(proxy: Proxy) -> None:
    async with proxy.client() as client:
        with pytest.raises(aiohttp.ClientError):
            await client.get("https://bank.example/")
    assert proxy.captured.passed == ["bank.example"]
    assert proxy.captured.others == []


async def test_event_streams_are_not_kept_and_alt_svc_is_taken_out(proxy: Proxy) -> None:
    async with serving(origin_app()) as origin, proxy.client() as client:
        async with client.get(f"{origin}/stream") as answer:
            assert await answer.text() == "data: 1\n\n"
        async with client.get(f"{origin}/page") as answer:
            assert "alt-svc" not in answer.headers
    streamed, page = proxy.captured.others
    assert (streamed.response_body, streamed.notes) == (b"", ("body not kept: streamed",))
    assert page.response_body == b"page "


async def test_a_dead_origin_is_captured_with_its_error(proxy: Proxy) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    async with proxy.client() as client, client.get(f"http://127.0.0.1:{port}/") as answer:
        assert answer.status == 502
    (failed,) = proxy.captured.others
    assert failed.error


async def test_the_authority_is_the_owners_alone(proxy: Proxy) -> None:
    assert proxy.ca.parent.stat().st_mode & 0o077 == 0
    assert [one.name for one in proxy.ca.parent.iterdir() if one.stat().st_mode & 0o077] == []


async def test_a_port_in_use_says_so(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        arguments: dict[str, Any] = {"capture": Captured(), "direction": Directed(), "options": ()}
        master = build_master(listen_host="127.0.0.1", listen_port=port, confdir=tmp_path / "ca", **arguments)
        with pytest.raises(SigproxyError, match=f"Port {port} is in use by another program"):
            async with running(master):
                pass
        await master.done()


@pytest.mark.parametrize(
    ("option", "why"),
    [
        ("ssl_insecur=true", "no option `ssl_insecur`"),
        ("http2=maybe", "`http2=maybe` can't be used"),
        ("stream_large_bodies=1m", "before they are captured"),
    ],
)
async def test_bad_mitmproxy_options_are_named(tmp_path: Path, option: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        async with proxying(tmp_path, option):
            pass


async def test_signals_with_lone_surrogates_and_emoji_pass_byte_for_byte(proxy: Proxy) -> None:
    body = json.dumps({"batch": [{"properties": {"data": "é ⛺ \ud800"}}]}).encode() + "é⛺".encode()
    async with proxy.client() as client, client.post(SIGNALS, data=body, headers={"content-type": "text/plain"}) as answer:
        assert answer.status == 200
    assert proxy.captured.uploads[0].request_body == body
