"""A real browser through the real proxy: flags, settings, rules and uploads, over HTTP/2."""

import pytest
from aiohttp import web
from playwright.async_api import async_playwright

from sigproxy.demo.segment import Received, segment_app
from sigproxy.demo.serving import serving
from sigproxy.devices.chromium import proxied
from sigproxy.proxy.ports import ServedBundle
from sigproxy.proxy.trust import spki_fingerprint
from tests.proxy.conftest import Proxy

PAGE = """
<!doctype html><title>Shop</title><link rel="icon" href="data:,"><script>
  const load = async () => {
    const settings = await (await fetch("https://cdn.segment.com/v1/projects/KEY/settings")).json();
    const rules = document.createElement("script");
    rules.src = settings.edgeFunction.downloadURL;
    rules.onload = send;
    document.head.append(rules);
  };
  const send = async () => {
    const headers = {"content-type": "text/plain", authorization: "Basic a2V5Og==", "x-retry-count": "1"};
    const message = {type: "track", event: "Segment Signal Generated", messageId: "m1",
      anonymousId: "a", properties: {type: "userDefined", index: 0, data: {text: "Über ⛺"}}};
    const body = JSON.stringify({writeKey: "key", batch: [message]});
    const answer = await fetch("https://signals.segment.io/v1/b", {method: "POST", headers, body, keepalive: true});
    document.title = JSON.stringify([await answer.json(), globalThis.rules]);
  };
  load();
</script>
"""


def shop() -> web.Application:
    async def page(request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    app = web.Application()
    app.add_routes([web.get("/", page)])
    return app


@pytest.mark.browser
async def test_a_page_gets_flags_settings_and_rules_and_its_uploads_stay_here(proxy: Proxy, chromium: str) -> None:
    received = Received()
    proxy.directed.bundle = ServedBundle("globalThis.rules = 'ours'", 7, "d1g35t")
    switches = proxied(proxy.address, spki_fingerprint(proxy.ca))
    async with serving(shop()) as origin, serving(segment_app(received)) as segment, async_playwright() as playwright:
        proxy.directed.segment_at = segment
        async with await playwright.chromium.launch(executable_path=chromium, args=switches) as browser:
            page = await browser.new_page()
            await page.goto(origin)
            await page.wait_for_function("document.title !== 'Shop'")
            assert await page.title() == '[{"success":true},"ours"]'
            assert page.url == f"{origin}/?segment_signals_debug=true&segment_signals_disable_redaction=true"
    (upload,) = proxy.captured.uploads
    assert (upload.url, upload.http_version, upload.answered_by) == ("https://signals.segment.io/v1/b", "HTTP/2.0", "sigproxy")
    assert "Über ⛺".encode() in upload.request_body
    assert (received.signals, received.events) == ({}, {})
    assert [(one.method, one.status, one.answered_by) for one in proxy.captured.others] == [
        ("GET", 307, "sigproxy"),
        ("GET", 200, "upstream"),
        ("GET", 200, "upstream"),
        ("GET", 200, "sigproxy"),
        ("OPTIONS", 204, "sigproxy"),
    ]
    assert len({one.id for one in [*proxy.captured.others, upload]}) == 6
