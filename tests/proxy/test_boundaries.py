"""What the addons leave alone: the app's own traffic, and what isn't theirs to reach."""

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from sigproxy.demo.serving import serving
from tests.proxy.conftest import Proxy

MESSAGE = {"type": "track", "event": "Signed Up", "messageId": "m1", "anonymousId": "a"}


def app_with(settings: dict[str, Any]) -> web.Application:
    """An app's server, and at the same time what stands in for Segment's."""

    async def serve_settings(request: web.Request) -> web.Response:
        return web.json_response(settings, headers={"etag": '"1"'})

    async def echo(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(message.data.upper())
        return socket

    async def own(request: web.Request) -> web.Response:
        return web.Response(text=f"the app's {request.method}")

    app = web.Application()
    app.add_routes(
        [
            web.get("/{any:.*}/projects/{id}/settings", serve_settings),
            web.get("/socket", echo),
            web.route("*", "/{path:.*}", own),
        ]
    )
    return app


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        ("/v1/group", {"name": "x", "groupId": "g"}, {"authorization": "Bearer t"}),
        ("/v1/track", {"parcel": "7"}, {"authorization": "Basic dTpw"}),
        ("/v1/b", {"batch": [MESSAGE]}, {}),
        ("/api/sources", {"writeKey": "k", "name": "Website"}, {}),
    ],
)
async def test_an_api_that_looks_like_segments_is_the_apps(
    proxy: Proxy, path: str, body: dict[str, Any], headers: dict[str, str]
) -> None:
    async with serving(app_with({})) as origin, proxy.client() as client:
        async with client.post(origin + path, json=body, headers=headers) as answer:
            assert await answer.text() == "the app's POST"
    assert proxy.captured.uploads == []


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ({"writeKey": "k", "batch": [MESSAGE]}, {}),
        ({"writeKey": "k", "batch": [MESSAGE, {"type": "nonsense"}]}, {}),
        (MESSAGE, {"authorization": "Basic a2V5Og=="}),
    ],
)
async def test_an_upload_to_the_apps_own_host_is_known_by_its_body(
    proxy: Proxy, body: dict[str, Any], headers: dict[str, str]
) -> None:
    async with serving(app_with({})) as origin, proxy.client() as client:
        async with client.post(f"{origin}/v1/t", json=body, headers=headers) as answer:
            assert await answer.json() == {"success": True}
    assert len(proxy.captured.uploads) == 1


async def test_an_upload_host_that_is_the_apps_own_keeps_serving_the_app(proxy: Proxy) -> None:
    settings = {"integrations": {"Segment.io": {"apiHost": "127.0.0.1/v1"}}}
    async with serving(app_with(settings)) as origin, proxy.client() as client:
        proxy.directed.segment_at = origin
        await (await client.get("https://cdn.segment.com/v1/projects/KEY/settings")).read()
        for method, path in (("POST", "/login"), ("POST", "/v1/group"), ("DELETE", "/v1/t"), ("OPTIONS", "/login")):
            async with client.request(method, origin + path, data=b"a=b") as answer:
                assert await answer.text() == f"the app's {method}"
    assert proxy.captured.uploads == []


async def test_settings_of_the_apps_own_projects_are_not_segments(proxy: Proxy) -> None:
    own = {"colour": "green", "autoInstrumentation": None}
    async with serving(app_with(own)) as origin, proxy.client() as client:
        async with client.get(f"{origin}/api/projects/42/settings") as answer:
            assert await answer.json() == own
            assert answer.headers["etag"] == '"1"'


async def test_rules_are_served_on_the_host_they_came_from(proxy: Proxy) -> None:
    settings = {"edgeFunction": {"version": 3, "downloadURL": "https://rules.example/key/v3.js"}}
    async with serving(app_with(settings)) as origin, proxy.client() as client:
        proxy.directed.segment_at = origin
        async with client.get("https://cdn.segment.com/v1/projects/KEY/settings") as answer:
            url = (await answer.json())["edgeFunction"]["downloadURL"]
        assert url == "https://rules.example/sigproxy/d1g35t.js"
        async with client.get(url) as answer:
            assert await answer.text() == "/* rules */ ok()"
        async with client.options(url, headers={"origin": "http://shop.example"}) as answer:
            assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, "http://shop.example")


async def test_a_stranger_cannot_have_a_host_opened(proxy: Proxy) -> None:
    settings = {"integrations": {"Segment.io": {"apiHost": "bank.example/v1"}}}
    async with serving(app_with(settings)) as stranger, proxy.client() as client:
        proxy.directed.app_hosts = frozenset({"shop.example"})
        await (await client.get(f"{stranger}/v1/projects/KEY/settings")).read()
        with pytest.raises(aiohttp.ClientError):
            await client.post("https://bank.example/v1/t", json=MESSAGE)
    assert proxy.captured.passed == ["bank.example"]
    assert (proxy.captured.uploads, proxy.captured.others) == ([], [])


async def test_raw_bytes_in_a_tunnel_cannot_reach_the_control_api(proxy: Proxy) -> None:
    reached: list[str] = []

    async def status(request: web.Request) -> web.Response:
        reached.append(request.path)
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/v1/status", status)])
    async with serving(app) as api:
        port = int(api.rsplit(":", 1)[1])
        proxy.directed.control_api = ("127.0.0.1", port)
        reader, writer = await asyncio.open_connection(*proxy.address.split(":"))
        writer.write(f"CONNECT localhost:{port} HTTP/1.1\r\n\r\n".encode())
        assert b"200" in await reader.readuntil(b"\r\n\r\n")
        # An empty line first makes it no HTTP for the proxy, and a server skips it.
        writer.write(b"\r\nGET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
    assert reached == []


async def test_web_sockets_work_and_their_opening_is_captured(proxy: Proxy) -> None:
    async with serving(app_with({})) as origin, proxy.client() as client:
        async with client.ws_connect(f"{origin}/socket") as socket:
            await socket.send_str("hello")
            assert await socket.receive_str() == "HELLO"
    assert [(one.status, one.url) for one in proxy.captured.others] == [(101, f"{origin}/socket")]


@pytest.mark.parametrize("host", [b"[bad", b"ex\xe2\x84\x80mple", b"\xff\xfe", b"a:b:c"])
async def test_an_odd_host_header_makes_an_exchange_that_can_be_read_and_stored(proxy: Proxy, host: bytes) -> None:
    proxy.directed.app_hosts = frozenset()
    async with serving(app_with({})) as origin:
        reader, writer = await asyncio.open_connection(*proxy.address.split(":"))
        writer.write(f"GET {origin}/x HTTP/1.1\r\nConnection: close\r\nHost: ".encode() + host + b"\r\n\r\n")
        assert await reader.read()
        writer.close()
        await writer.wait_closed()
    (seen,) = proxy.captured.others
    assert seen.parts.path == "/x"
    assert seen.url.encode()
