"""Bodies that are streamed, and the ones that must not be."""

from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from aiohttp import web

from sigproxy.demo.serving import serving
from sigproxy.proxy.large_bodies import LARGE, Kept
from tests.proxy.conftest import Proxy

PIECE = b"x" * 100_000
STREAMED = ("body not kept: streamed",)


async def pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield PIECE


def origin_app(received: list[int]) -> web.Application:
    async def take(request: web.Request) -> web.Response:
        received.append(len(await request.read()))
        return web.Response(text="taken")

    async def download(request: web.Request) -> web.StreamResponse:
        count = int(request.match_info["count"])
        answer = web.StreamResponse(headers={"content-type": "text/csv"})
        if "length" in request.query:
            answer.content_length = count * len(PIECE)
        await answer.prepare(request)
        async for piece in pieces(count):
            await answer.write(piece)
        await answer.write_eof()
        return answer

    app = web.Application(client_max_size=64 * LARGE)
    app.add_routes([web.get("/download/{count}", download), web.post("/{path:.*}", take)])
    return app


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_large_upload_never_reaches_segment(proxy: Proxy, chunked: bool) -> None:
    received: list[int] = []
    async with serving(origin_app(received)) as segment, proxy.client() as client:
        proxy.directed.segment_at = segment
        data = pieces(20) if chunked else BytesIO(PIECE * 20)
        async with client.post("https://signals.segment.io/v1/b", data=data) as answer:
            assert (answer.status, await answer.json()) == (200, {"success": True})
    assert received == []
    assert [len(one.request_body) for one in proxy.captured.uploads] == [20 * len(PIECE)]


async def test_a_large_post_of_the_app_is_streamed_and_noted(proxy: Proxy) -> None:
    received: list[int] = []
    async with serving(origin_app(received)) as origin, proxy.client() as client:
        async with client.post(f"{origin}/photo", data=BytesIO(PIECE * 20)) as answer:
            assert await answer.text() == "taken"
    assert received == [20 * len(PIECE)]
    (seen,) = proxy.captured.others
    assert (seen.request_body, seen.notes) == (b"", ("request body not kept: streamed",))
    assert (seen.status, seen.response_body) == (200, b"taken")


async def test_a_large_post_cannot_reach_the_control_api(proxy: Proxy) -> None:
    received: list[int] = []
    async with serving(origin_app(received)) as api, proxy.client() as client:
        proxy.directed.control_api = ("127.0.0.1", int(api.rsplit(":", 1)[1]))
        async with client.post(f"{api}/v1/commands", data=BytesIO(PIECE * 20)) as answer:
            assert answer.status == 403
    assert received == []


@pytest.mark.parametrize(
    ("path", "kept"),
    [("/download/3?length", True), ("/download/3", True), ("/download/20?length", False), ("/download/20", False)],
)
async def test_a_download_arrives_whole_and_is_kept_if_it_is_not_large(proxy: Proxy, path: str, kept: bool) -> None:
    async with serving(origin_app([])) as origin, proxy.client() as client:
        async with client.get(origin + path) as answer:
            body = await answer.read()
    assert set(body) == set(b"x")
    (seen,) = proxy.captured.others
    assert (seen.response_body, seen.notes) == ((body, ()) if kept else (b"", STREAMED))


def test_kept_is_exact_at_the_limit() -> None:
    at_limit, over = Kept(), Kept()
    assert at_limit(b"x" * LARGE) == over(b"x" * LARGE) == b"x" * LARGE
    assert (over(b"y"), over(b"z")) == (b"y", b"z")
    assert at_limit.body is not None
    assert len(at_limit.body) == LARGE
    assert over.body is None
