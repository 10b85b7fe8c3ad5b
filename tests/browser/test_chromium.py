# SPDX-License-Identifier: MIT
"""Chromium refuses pushes and takes the 103: it fetches what was hinted while the application still thinks."""
import datetime

import shop
from chromium import chromium
from outrider import wait_until


def visit(home, site):
    """Loads the page; returns what it tells of itself when everything has come."""
    with chromium(home, site.host_map) as browser:
        browser.get(site.url)
        seen = {}

        def whole():
            seen.update(browser.execute_script(f"return {shop.STATE_SCRIPT}"))
            return shop.is_whole(seen)

        wait_until(lambda: f"a whole page; it is {seen}", whole)
        return seen


def begun(line):
    return datetime.datetime.fromisoformat(line["time"])


def initiators(site, state):
    """Who asked for each of our assets, as the browser sees it."""
    return {entry["name"].removeprefix(site.url.rstrip("/")): entry["initiatorType"] for entry in state["resources"]}


def test_everything_hinted_is_fetched_from_the_103(site, home):
    early = []

    def done():
        early[:] = shop.asked_for(shop_site.server.access_log())
        return early == shop.HINTED

    # Chromium ignores what has nopush in a 103, which is a word for the final response's Link.
    rules = shop.RULES.replace('image "/static/logo.svg"', 'image("/static/logo.svg", { nopush = true })')
    shop_site = site(rules, shop.answer_once(done))
    state = visit(home, shop_site)
    assert early == shop.HINTED, "all were asked for before the page was answered"
    assert initiators(shop_site, state) == dict.fromkeys(shop.HINTED, "early-hints")
    navigation = state["navigation"]
    assert 0 < navigation["firstInterimResponseStart"] < navigation["finalResponseHeadersStart"]

    page, assets = shop_site.page(), shop_site.assets()
    assert page["early_hints"] and {d["how"] for d in page["deliveries"]} == {"early_hints"}
    assert sorted(d["url"] for d in page["deliveries"]) == shop.HINTED
    assert not any(line["pushed"] for line in assets.values())


def test_without_rules_there_is_no_103(site, home):
    shop_site = site(rules=shop.NO_RULES)
    state = visit(home, shop_site)
    assert "early-hints" not in initiators(shop_site, state).values()
    assert state["navigation"]["firstInterimResponseStart"] == 0

    page, assets = shop_site.page(), shop_site.assets()
    assert not page["early_hints"] and page["deliveries"] == []
    answered = begun(page) + datetime.timedelta(seconds=shop.THINKING_SECONDS)
    assert min(begun(line) for line in assets.values()) >= answered


def test_what_may_not_be_kept_is_in_no_103_once_that_is_known(site, home):
    """The first visit fetches it twice, because Chromium uses of a 103 only what it may keep."""
    shop_site = site(config=shop.NOT_KEPT)
    visit(home, shop_site)
    before = shop_site.log()
    state = visit(home, shop_site)
    assert "early-hints" not in initiators(shop_site, state).values()
    visited = shop_site.log()[len(before):]
    assert shop.asked_for(visited) == shop.HINTED
    deliveries = next(line["deliveries"] for line in visited if line["target"] == "/")
    assert {d["url"]: d["reason"] for d in deliveries} == dict.fromkeys(shop.HINTED, "not_cacheable")
