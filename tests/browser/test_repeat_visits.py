# SPDX-License-Identifier: MIT
"""QtWebEngine comes back: what it has is not pushed again, what changed meanwhile is, each time on a new connection."""
import asyncio
import contextlib
import os
import time

import pytest

import relay
import shop
from outrider import wait_until
from qtwebengine import qtwebengine

REVALIDATED = shop.CONFIG.replace(", max_age = 3600", "")  # browsers then ask at each visit whether an asset changed


class CutRelay(relay.Relay):
    """One that can cut all connections, as a phone that leaves its network does: who comes next opens another."""

    def cut(self):
        asyncio.run_coroutine_threadsafe(self.cut_all(), self.loop).result(10)

    async def cut_all(self):
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Visitor:
    """One browser, whose cookies and cache stay as long as it runs."""

    def __init__(self, browser, site, way):
        self.browser, self.site, self.way = browser, site, way
        for domain in ("Page", "Network", "Runtime"):
            browser.call(f"{domain}.enable")

    def go_to(self, url):
        loaded = len(self.browser.all("Page.loadEventFired"))
        answer = self.browser.call("Page.navigate", url=url)
        assert "errorText" not in answer, answer
        self.browser.read_until(lambda: len(self.browser.all("Page.loadEventFired")) > loaded)

    def visit(self, is_whole=shop.is_whole):
        """Loads the page over a connection of its own; returns the lines that this makes in the access log, by path."""
        self.go_to("about:blank")
        self.way.cut()
        self.site.server.wait_at_rest()
        connections, before, failed = self.way.connections, len(self.site.log()), len(self.failures())
        self.go_to(self.site.url)
        seen = {}

        def whole():
            seen.update(self.browser.evaluate(shop.STATE_SCRIPT))
            return is_whole(seen)

        wait_until(lambda: f"a whole page; it is {seen}", whole, 30)
        assert self.failures()[failed:] == [] and self.way.connections > connections
        self.way.cut()
        self.site.server.wait_at_rest()
        lines = {}
        for line in self.site.log()[before:]:
            assert line["target"] not in lines, f"{line['target']} was sent twice"
            lines[line["target"]] = line
        return lines

    def failures(self):
        return self.browser.all("Network.loadingFailed")


@pytest.fixture
def visitor(serve, application, home):
    with contextlib.ExitStack() as stack:
        def start(config=shop.CONFIG):
            slow = application(shop.answer_slowly)
            server = serve(config.replace("%URL%", slow.url), files={
                **shop.ASSETS, "rules/shop.lua": shop.RULES, "tls/site.pem": home.certificate.read_bytes(),
                "tls/site.key": home.key.read_bytes()})
            way = stack.enter_context(CutRelay(server.address(), delay_ms=5))
            site = shop.Site(server, way.port)
            return Visitor(stack.enter_context(qtwebengine(home, site.host_map)), site, way)
        yield start


def deliveries(lines):
    return {delivery["url"]: (delivery["how"], delivery["reason"]) for delivery in lines["/"]["deliveries"]}


def pushed(lines):
    return sorted(path for path, line in lines.items() if line["pushed"])


def test_what_the_browser_has_is_not_pushed_again(visitor):
    """Its cache is good for an hour: the second visit is one request."""
    guest = visitor()
    first = guest.visit()
    assert deliveries(first) == dict.fromkeys(shop.HINTED, ("push", "sent"))
    assert pushed(first) == shop.HINTED and sorted(first) == ["/", *shop.HINTED], "and all of that was used"
    for _ in range(2):
        again = guest.visit()
        assert deliveries(again) == dict.fromkeys(shop.HINTED, ("link", "in_cookie"))
        assert list(again) == ["/"]


def test_what_changed_is_pushed_again_and_used(visitor):
    guest = visitor(REVALIDATED)
    # A cache that is told nothing takes what is old for fresh for a while: not so what is from tomorrow.
    theme, tomorrow = guest.site.server.folder / "static/theme.css", time.time() + 86400
    os.utime(theme, (tomorrow, tomorrow))
    assert pushed(guest.visit()) == shop.HINTED
    again = guest.visit()
    assert pushed(again) == [] and deliveries(again) == dict.fromkeys(shop.HINTED, ("link", "in_cookie"))
    assert {line["status"] for path, line in again.items() if path != "/"} <= {304}

    theme.write_text("body { color: rgb(4, 5, 6); }\n")

    def is_whole(state):
        return shop.is_whole({**state, "color": "rgb(1, 2, 3)"}) and state["color"] == "rgb(4, 5, 6)"
    changed = guest.visit(is_whole)
    assert pushed(changed) == ["/static/theme.css"] and not changed["/static/theme.css"]["reset"]
    assert {path for path, how in deliveries(changed).items() if how == ("link", "in_cookie")} == {*shop.HINTED} - {"/static/theme.css"}
    assert pushed(guest.visit(is_whole)) == []
