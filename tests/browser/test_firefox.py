# SPDX-License-Identifier: MIT
"""Firefox refuses pushes and takes the 103: it has asked for what was hinted when the application answers the page."""
import contextlib
import time

import relay
import shop
from firefox import firefox
from outrider import wait_until


def visit(home, site):
    """Loads the page; returns what it tells of itself when everything has come."""
    with firefox(home) as browser:
        browser.go_to(site.url)
        seen = {}

        def whole():
            seen.update(browser.evaluate(shop.STATE_SCRIPT))
            return shop.is_whole(seen)

        wait_until(lambda: f"a whole page; it is {seen}", whole, 30)
        return seen


def test_everything_hinted_is_used_before_the_page_is_answered(site, home):
    early = []

    def done():
        early[:] = shop.asked_for(shop_site.server.access_log()), cdn.connections > 0
        return early == [shop.HINTED, True]

    with contextlib.closing(relay.Relay(("127.0.0.1", 9), delay_ms=0)) as cdn:
        origin = f"https://cdn.shop.test:{cdn.port}"
        shop_site = site(shop.RULES + f'rule {{ name = "cdn", path = "/", hints = {{ preconnect "{origin}" }} }}\n', shop.answer_once(done))
        state = visit(home, shop_site)
    assert early == [shop.HINTED, True]
    navigation = state["navigation"]
    assert 0 < navigation["firstInterimResponseStart"] < navigation["finalResponseHeadersStart"]

    page, assets = shop_site.page(), shop_site.assets()
    assert {d["url"]: (d["how"], d["reason"]) for d in page["deliveries"]} == dict.fromkeys([*shop.HINTED, origin], ("early_hints", "sent"))
    assert not any(line["pushed"] for line in assets.values())


def test_without_rules_nothing_is_early(site, home):
    early = []

    def wait():
        time.sleep(shop.THINKING_SECONDS)
        early.append(shop.asked_for(shop_site.log()))

    shop_site = site(shop.NO_RULES, lambda request, connection: shop.answer_slowly(request, connection, wait))
    state = visit(home, shop_site)
    assert early == [[]] and state["navigation"]["firstInterimResponseStart"] == 0
    page, assets = shop_site.page(), shop_site.assets()
    assert not page["early_hints"] and page["deliveries"] == [] and not any(line["pushed"] for line in assets.values())


def test_what_may_not_be_kept_is_fetched_once_in_each_visit(site, home):
    """What a route of files will answer is known before anybody asked, so it is in no 103."""
    shop_site = site(config=shop.NOT_KEPT)
    before = 0
    for _ in range(2):
        visit(home, shop_site)
        lines = shop_site.log()
        visited, before = lines[before:], len(lines)
        assert shop.asked_for(visited) == shop.HINTED
        deliveries = next(line["deliveries"] for line in visited if line["target"] == "/")
        assert {d["url"]: d["reason"] for d in deliveries} == dict.fromkeys(shop.HINTED, "not_cacheable")
