"""A visitor in a real browser: comes to the shop through the proxy and does what visitors do."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, async_playwright

from sigproxy.devices.chromium import proxied
from sigproxy.errors import SigproxyError

type Say = Callable[[str], None]

STEP_MS = 15_000
"""For one step; the slowest takes a second."""


class BrowserVisitor:
    """Walks through the shop, each step waiting for what it is to bring about."""

    kind = "chromium"

    def __init__(self, page: Page, shop: str) -> None:
        self._page = page
        self._shop = shop

    async def first_tour(self, say: Say) -> None:
        """Look around, add two products, sign in, subscribe."""
        say("opens the shop")
        await self._page.goto(self._shop)
        await self._page.wait_for_selector("#add-tent")
        await self._page.wait_for_function("window.signalsCollector?.ready")
        say("clicks Add to Cart on the Ridge Tent")
        await self._add("tent", 1)
        say("clicks Add Gift Card, which the rule doesn't know")
        await self._add("card", 2)
        say("signs in")
        await self._page.fill("#email", "ada@example.com")
        await self._page.fill("#password", "correct horse")
        await self._page.click("#sign-in")
        await self._page.wait_for_selector("#welcome:not([hidden])")
        say("reads About us")
        await self._page.click("#nav-about")
        await self._page.wait_for_selector("#page-about:not([hidden])")
        say("subscribes to the newsletter")
        await self._page.fill("#newsletter-email", "ada@example.com")
        await self._page.click("#subscribe")
        await self._page.wait_for_selector("#thanks:not([hidden])")
        await self._settle()

    async def second_tour(self, say: Say) -> None:
        """Come back, so that the page loads the rules anew, and buy what they missed before."""
        say("reloads the page, which loads the changed rules")
        await self._page.goto(self._shop)
        await self._page.wait_for_selector("#add-card")
        await self._page.wait_for_function("window.signalsCollector?.ready")
        say("clicks Add Gift Card again")
        await self._add("card", 1)
        await self._settle()

    async def _add(self, product: str, count: int) -> None:
        await self._page.click(f"#add-{product}")
        await self._page.wait_for_function("n => document.getElementById('cart').children.length === n", arg=count)

    async def _settle(self) -> None:
        """Wait until the collector has nothing left to send."""
        await self._page.wait_for_function("window.signalsCollector.isIdle()")


@asynccontextmanager
async def browsing(
    shop: str, *, chromium: str, proxy: str, spki: str, headless: bool, pace_ms: int = 0
) -> AsyncIterator[BrowserVisitor]:
    """Start a browser with a fresh profile and bring it to the shop's door.

    Args:
        shop: The shop's URL.
        chromium: Path of the browser.
        proxy: `host:port` of the proxy.
        spki: Fingerprint of the proxy's authority.
        headless: Without a window.
        pace_ms: Milliseconds between steps, for people to follow.

    Raises:
        SigproxyError: The browser doesn't start.
    """
    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(
                executable_path=chromium, headless=headless, args=proxied(proxy, spki), slow_mo=pace_ms
            )
        except PlaywrightError as problem:
            why = str(problem).splitlines()[0]
            raise SigproxyError(f"{chromium} doesn't start: {why}", "Name another browser in SIGPROXY_CHROMIUM.") from problem
        try:
            page = await browser.new_page(viewport={"width": 1100, "height": 760})
            page.set_default_timeout(STEP_MS)
            yield BrowserVisitor(page, shop)
        finally:
            await browser.close()
