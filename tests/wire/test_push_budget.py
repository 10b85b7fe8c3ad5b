# SPDX-License-Identifier: MIT
"""How much is pushed for a page: budget_bytes of sites and rules, what the connection carries, and what was promised
before. What exceeds goes into Link or a 103."""
import pytest

import outrider
from push_site import LISTENERS, NOT_THE_CLIENT, SIZES, ask, connect, pages, paths, read_all, server, start, whole  # noqa: F401


def decided(server, target):
    line = server.wait_for_access(lambda line: line["target"] == target)
    return [(d["how"], d["reason"]) for d in line["deliveries"]]


def link(name):
    return f"</files/{name}.css>; rel=preload; as=style"


SENT, OVER = ("push", "sent"), ("link", "over_budget")


def test_what_exceeds_the_site_s_budget_goes_into_link(start):
    server = start("budget_bytes = 20600,")
    with connect(server, 0) as client:
        page = client.get("/files/tens.html")
        assert client.pushed_paths(page) == paths("ten", "two")
        assert page.all("link") == [link(name) for name in ("ten", "two", "three", "small")]
        assert whole(client, page) == paths("ten", "two")
    assert decided(server, "/files/tens.html") == [SENT, SENT, OVER, OVER]


def test_what_is_small_enough_still_fits_behind_what_is_not(start):
    server = start("budget_bytes = 21000,")
    with connect(server, 0) as client:
        assert client.pushed_paths(client.get("/files/tens.html")) == paths("ten", "two", "small")
    assert decided(server, "/files/tens.html") == [SENT, SENT, OVER, SENT]


def test_what_exceeds_goes_into_a_103_of_who_navigates(start, pages):
    server = start("budget_bytes = 10300,")
    with connect(server, 0) as client:
        page = ask(client, "/page/tens", 1, headers=[("sec-fetch-mode", "navigate")])
        client.read_until(lambda: page.informational)
        assert [value for name, value in page.informational[0] if name == "link"] == [link(name) for name in ("two", "three", "small")]
        pages.go.set()
        read_all(client, page)
        assert page.all("link") == [link(name) for name in ("ten", "two", "three", "small")]
    assert decided(server, "/page/tens") == [SENT] + [("early_hints", "over_budget")] * 3


def test_a_rule_s_budget_is_its_own(server):
    with connect(server, 0) as client:
        assert client.pushed_paths(client.get("/files/rules.html")) == paths("ten", "three", "small")
    assert decided(server, "/files/rules.html") == [SENT, OVER, SENT, SENT]


@LISTENERS
def test_a_budget_of_0_pushes_nothing(start, listener):
    server = start("budget_bytes = 0,")
    with connect(server, listener) as client:
        page = client.get("/files/tens.html")
        assert page.pushes == {} and len(page.all("link")) == 4
    assert decided(server, "/files/tens.html") == [OVER] * 4


@pytest.mark.parametrize("size, known", [(13_700, []), (30_000, paths("ten", "two"))], ids=["one flight", "more flights"])
def test_promises_do_not_push_a_page_out_of_the_first_flight(server, pages, size, known):
    """Ten or eleven segments of 1,436 bytes hold the smaller page, but not with promises ahead of it, as soon as its size is known."""
    pages.go.set()
    pages.body = b"p" * size
    for expected in (paths("ten", "two"), known):
        with connect(server, 0, segment=1448) as client:
            page = client.get("/page/own")
            assert client.pushed_paths(page) == expected and len(page.all("link")) == 2
            read_all(client, page)
        server.wait_at_rest()


@NOT_THE_CLIENT
def test_without_a_limit_nothing_is_pushed_where_the_connection_is_not_the_client_s(start, listener):
    """Nobody knows what it carries; the rule that has a budget of its own has a limit."""
    server = start()
    with connect(server, listener) as client:
        assert client.get("/files/tens.html").pushes == {}
        assert client.pushed_paths(client.get("/files/rules.html")) == paths("ten")
    assert decided(server, "/files/tens.html") == [OVER] * 4 and decided(server, "/files/rules.html") == [SENT] + [OVER] * 3


@NOT_THE_CLIENT
def test_pages_of_one_connection_share_the_budget_where_nothing_else_limits_them(start, pages, listener):
    pages.go.set()
    server = start("budget_bytes = 320000,")
    with connect(server, listener, window=50) as client:
        first = client.responses[client.send("/page/large")]
        client.read_until(lambda: client.finished(first.stream_id))
        assert client.pushed_paths(first) == paths("large", "ten")
        second = client.responses[client.send("/page/more")]
        client.read_until(lambda: client.finished(second.stream_id))
        assert second.pushes == {} and decided(server, "/page/more") == [OVER, OVER]


def test_an_unknown_asset_counts_16_kib_until_it_is_learned(start, pages):
    """Also one whose size no field tells."""
    pages.go.set()
    server = start("budget_bytes = 17334,")  # one unknown, and two of 100 bytes, with 250 for each promise
    for known in (["/made/a.css"], ["/made/a.css", "/made/b.css"], ["/made/a.css", "/made/b.css", "/made/c.css"]):
        with connect(server, 0) as client:
            assert client.pushed_paths(client.get("/page/made")) == known
    with connect(server, 0, push=False) as client:
        assert client.get("/made/c.css").body == b"a" * 100
    server.write("config.lua", server.config.read_text().replace("17334", "1050"))
    assert server.reload_and_wait()[0] == 200
    with connect(server, 0) as client:
        assert len(client.get("/page/made").pushes) == 3


def test_the_connection_counts_only_where_it_is_the_client_s(start):
    """A client of small segments: ten of them carry less than 16,000 bytes in the first two round trips."""
    server = start("budget_bytes = 100000,")
    with connect(server, 0, segment=536) as client:
        assert client.pushed_paths(client.get("/files/tens.html")) == paths("ten", "two"), "the one that crosses it goes, too"
    assert decided(server, "/files/tens.html") == [SENT, SENT, OVER, OVER]
    with connect(server, 1, segment=536) as client, connect(server, 2) as local:
        for each in (client, local):
            assert each.pushed_paths(each.get("/files/tens.html")) == paths("ten", "two", "three", "small")


def test_open_promises_of_a_connection_count_for_its_next_page(server, pages):
    pages.go.set()
    with connect(server, 0, segment=536, window=50) as client:
        first = client.responses[client.send("/page/large")]
        client.read_until(lambda: client.finished(first.stream_id))
        assert client.pushed_paths(first) == paths("large"), "which crosses what ten segments carry"
        second = client.responses[client.send("/page/more")]
        client.read_until(lambda: client.finished(second.stream_id))
        assert second.pushes == {} and decided(server, "/page/more") == [OVER, OVER]
        (large,) = first.pushes
        client.auto_window = True
        client.h2.increment_flow_control_window(SIZES["large"], large)
        client.flush()
        read_all(client, first)
        outrider.wait_until("the push to be over", lambda: server.live()["requests"] == 0)
        assert client.get("/page/more?again").pushes
