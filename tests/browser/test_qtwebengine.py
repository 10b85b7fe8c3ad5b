# SPDX-License-Identifier: MIT
"""QtWebEngine takes the push: what was hinted arrives without being asked for."""
import shop
from outrider import wait_until
from qtwebengine import qtwebengine


def visit(home, site):
    """Loads the page; returns what it tells of itself, and what DevTools tells of each response, by URL path."""
    with qtwebengine(home, site.host_map) as browser:
        for domain in ("Page", "Network", "Runtime"):
            browser.call(f"{domain}.enable")
        answer = browser.call("Page.navigate", url=site.url)
        assert "errorText" not in answer, answer
        browser.read_until(lambda: browser.all("Page.loadEventFired"))
        seen = {}

        def whole():
            seen.update(browser.evaluate(shop.STATE_SCRIPT))
            return shop.is_whole(seen)

        wait_until(lambda: f"a whole page; it is {seen}", whole, 30)
        responses = [event["response"] for event in browser.all("Network.responseReceived")]
        failed = browser.all("Network.loadingFailed")
    assert failed == []
    return seen, {response["url"].removeprefix(site.url.rstrip("/")): response for response in responses
                  if response["url"].startswith(site.url)}


def test_everything_hinted_is_taken_from_the_push(site, home):
    shop_site = site()
    _, responses = visit(home, shop_site)
    assert sorted(responses) == ["/", *shop.HINTED]
    assert {path: response["protocol"] for path, response in responses.items()} == dict.fromkeys(responses, "h2")
    started = {path: response["timing"]["pushStart"] for path, response in responses.items()}
    assert started["/"] == 0
    assert all(started[path] > 0 for path in shop.HINTED), started

    page, assets = shop_site.page(), shop_site.assets()
    assert not page["early_hints"]
    assert {d["url"]: (d["how"], d["reason"]) for d in page["deliveries"]} == dict.fromkeys(shop.HINTED, ("push", "sent"))
    assert all(line["pushed"] and not line["reset"] for line in assets.values())


def test_without_rules_nothing_is_pushed(site, home):
    shop_site = site(rules=shop.NO_RULES)
    _, responses = visit(home, shop_site)
    assert {response["timing"]["pushStart"] for response in responses.values()} == {0}
    page, assets = shop_site.page(), shop_site.assets()
    assert page["deliveries"] == [] and not any(line["pushed"] for line in assets.values())
