# SPDX-License-Identifier: MIT
"""When pushed bytes go while their page is still being made, streamed or given up: they leave it half of the connection's
window, come whole behind it, and hold up neither it nor the server, whatever the client resets."""
import os
import pathlib
import random
import re
import socket
import struct

import h2.connection
import h2.errors
import pytest

import outrider
from push_site import (FIRST_WINDOW, LISTENERS, MANY, NOT_THE_CLIENT, SIZES, ask, connect, content, give_credit, pages, paths,
                       pushed_bytes, read_all, server, start, whole)  # noqa: F401


def test_pushes_leave_half_of_the_connection_s_window_to_the_page(server, pages):
    """To a client that returns nothing of it: otherwise the page would never come."""
    pages.body = b"p" * 32_000
    with connect(server, 0, window=1 << 20) as client:
        page = ask(client, "/page/many", 20)
        client.read_until(lambda: pushed_bytes(client) >= FIRST_WINDOW // 2 - 1, 20 * outrider.SLOWER)
        pages.go.set()
        client.read_until(lambda: client.finished(page.stream_id), 20 * outrider.SLOWER)
        assert page.body == pages.body and pushed_bytes(client, page.stream_id) <= FIRST_WINDOW // 2 + 1
        give_credit(client)
        read_all(client, page)
        assert whole(client, page) == paths(*MANY)


def test_a_push_that_its_client_takes_no_more_of_leaves_the_turn_to_the_next(server, pages):
    with connect(server, 0, window=1000) as client:
        page = ask(client, "/page/large", 2)
        large, ten = page.pushes
        client.read_until(lambda: len(client.responses[ten].body) == 1000, 20 * outrider.SLOWER)
        assert page.headers is None and len(client.responses[large].body) == 1000
        give_credit(client)
        for stream in (large, ten):
            client.h2.increment_flow_control_window(SIZES["large"], stream)
        client.flush()
        client.read_until(lambda: client.finished(ten), 20 * outrider.SLOWER)
        assert page.headers is None
        pages.go.set()
        read_all(client, page)
        assert whole(client, page) == paths("large", "ten")


@NOT_THE_CLIENT
def test_where_nobody_knows_the_client_s_link_pushes_wait_for_the_page_s_head(server, pages, listener):
    pages.body = b"p" * 32_000
    with connect(server, listener, window=1 << 20) as client:
        page = ask(client, "/page/many", 20)
        pages.go.set()
        client.read_until(lambda: client.finished(page.stream_id), 20 * outrider.SLOWER)
        assert page.body == pages.body
        order = [(name, event.stream_id) for name, event in client.events if name in ("ResponseReceived", "DataReceived")]
        assert all(stream % 2 or name != "DataReceived" for name, stream in order[:order.index(("ResponseReceived", page.stream_id))])
        give_credit(client)
        read_all(client, page)
        assert whole(client, page) == paths(*MANY)


def wake_ups(server):
    """How often the worker has waited for something."""
    for task in pathlib.Path(f"/proc/{server.server_pid()}/task").iterdir():
        if (task / "comm").read_text().strip() == "outrider/w0":
            return int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", (task / "status").read_text(), re.M)[1])
    raise AssertionError("no worker")


def test_what_cannot_go_is_looked_after_less_and_less_often(server, pages):
    """40 ms apart in the end: pages may take minutes, and there may be many of them."""
    with connect(server, 0, window=1 << 20) as client:
        ask(client, "/page/many", 20)
        client.read_until(lambda: pushed_bytes(client) >= FIRST_WINDOW // 2 - 1, 20 * outrider.SLOWER)
        client.read_for(0.5)
        before = wake_ups(server)
        client.read_for(1)
        assert 10 < wake_ups(server) - before < 60


@LISTENERS
def test_what_is_held_comes_whole_behind_the_page(server, pages, listener):
    with connect(server, listener) as client:
        page = ask(client, "/page/large", 2)
        pages.go.set()
        read_all(client, page)
        assert page.body == b"page" and whole(client, page) == paths("large", "ten")


@LISTENERS
def test_what_the_operator_puts_before_the_page_goes_before_it(server, pages, listener):
    with connect(server, listener) as client:
        page = ask(client, "/page/first", 2)
        _, ahead = page.pushes
        client.read_until(lambda: client.finished(ahead), 20 * outrider.SLOWER)
        assert page.headers is None and client.responses[ahead].body == content("ahead")
        pages.go.set()
        read_all(client, page)
        assert len(whole(client, page)) == 2


@pytest.mark.parametrize("returned", [True, False], ids=["window returned", "window kept"])
@pytest.mark.parametrize("target", ["/page/streamed", "/page/linking"], ids=["a rule's hint", "the application's own Link"])
@LISTENERS
def test_pushes_do_not_starve_a_page_that_comes_in_parts(server, pages, listener, target, returned):
    """Each part comes while a large push is under way."""
    with connect(server, listener, window=None if returned else 1 << 24) as client:
        page = client.responses[client.send(target)]
        client.read_until(lambda: page.headers is not None and page.pushes, 10 * outrider.SLOWER)
        client.read_until(lambda: pushed_bytes(client) >= FIRST_WINDOW // 2 - 1, 20 * outrider.SLOWER)
        for number, event in enumerate(pages.chunks, 1):
            event.set()
            client.read_until(lambda: len(page.body) == 1000 * number, 10 * outrider.SLOWER)
        client.read_until(lambda: client.finished(page.stream_id), 10 * outrider.SLOWER)
        give_credit(client)
        read_all(client, page)
        assert whole(client, page) == paths("huge")


def test_the_pushes_of_another_page_leave_that_half_alone(server, pages):
    pages.body = b"p" * 32_000
    with connect(server, 0, window=1 << 20) as client:
        first = ask(client, "/page/many", 20)
        client.read_until(lambda: pushed_bytes(client) >= FIRST_WINDOW // 2 - 1, 20 * outrider.SLOWER)
        second = ask(client, "/page/large?later", 2)
        client.read_for(0.5)
        pages.go.set()
        client.read_until(lambda: client.finished(first.stream_id), 10 * outrider.SLOWER)
        assert first.body == pages.body
        pages.later.set()
        give_credit(client)
        read_all(client, first)
        read_all(client, second)
        assert whole(client, first) == paths(*MANY) and whole(client, second) == paths("large", "ten")


def test_a_client_may_reset_what_waits(server, pages):
    """All of it, or every other push: the page and the rest come."""
    for chosen in (slice(None), slice(None, None, 2)):
        pages.go.clear()
        with connect(server, 0, window=1 << 20) as client:
            page = ask(client, "/page/many", 20)
            client.read_until(lambda: pushed_bytes(client) >= FIRST_WINDOW // 2 - 1, 20 * outrider.SLOWER)
            unwanted = [stream for stream in list(page.pushes)[chosen] if not client.finished(stream)]
            for stream in unwanted:
                client.h2.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)
                client.responses[stream].reset = h2.errors.ErrorCodes.CANCEL
            give_credit(client)
            pages.go.set()
            read_all(client, page)
            assert page.body == b"page" and client.goaway is None
            wanted = [name for stream, name in zip(page.pushes, MANY) if stream not in unwanted]
            assert set(paths(*wanted)) <= set(whole(client, page))
        server.wait_at_rest()


def test_a_page_that_is_reset_lets_its_pushes_go(server, pages):
    with connect(server, 0) as client:
        page = ask(client, "/page/many", 20)
        client.h2.reset_stream(page.stream_id, h2.errors.ErrorCodes.CANCEL)
        page.reset = h2.errors.ErrorCodes.CANCEL
        client.flush()
        read_all(client, page)
        assert whole(client, page) == paths(*MANY)


def test_a_page_whose_application_dies_lets_its_pushes_go(server, pages):
    with connect(server, 0) as client:
        page = ask(client, "/page/many?dies", 20)
        pages.go.set()
        read_all(client, page)
        assert page.status == 502 and whole(client, page) == paths(*MANY)


def test_a_push_whose_application_dies_while_it_waits_ends_alone(server, pages):
    with connect(server, 0) as client:
        page = ask(client, "/page/dying", 2)
        dying, other = page.pushes
        client.read_until(lambda: client.finished(other), 20 * outrider.SLOWER)
        pages.go.set()
        read_all(client, page)
        assert page.body == b"page" and client.responses[other].body == content("ten")
        assert client.responses[dying].reset is not None, "half of an asset must not pass for the whole"
        assert client.get("/files/small.css").status == 200


def change(server, what, to):
    server.write("config.lua", server.config.read_text().replace(what, to))
    assert server.reload_and_wait()[0] == 200


def test_a_reload_lets_what_is_held_come_to_its_end(server, pages):
    with connect(server, 0) as client:
        page = ask(client, "/page/many", 20)
        change(server, "read_timeout_ms = 60000", "read_timeout_ms = 61000")
        client.read_until(lambda: client.goaway, 10 * outrider.SLOWER)
        assert page.headers is None
        pages.go.set()
        read_all(client, page)
        assert page.body == b"page" and whole(client, page) == paths(*MANY)
        client.read_until(lambda: client.closed, 20 * outrider.SLOWER)


def test_a_drain_that_runs_out_ends_what_is_held(server, pages):
    change(server, "drain_timeout_ms = 60000", "drain_timeout_ms = 300")
    with connect(server, 0, window=1 << 20) as client:
        page = ask(client, "/page/many", 20)
        change(server, "read_timeout_ms = 60000", "read_timeout_ms = 61000")
        client.read_until(lambda: client.closed, 20 * outrider.SLOWER)
        assert page.body == b""
        server.wait_at_rest()


def test_a_client_that_takes_leave_gets_what_was_promised(server, pages):
    with connect(server, 0) as client:
        page = ask(client, "/page/many", 20)
        client.h2.close_connection()
        client.flush()
        client.h2.state_machine.state = h2.connection.ConnectionState.CLIENT_OPEN  # it goes on reading, as a browser does
        pages.go.set()
        read_all(client, page)
        assert page.body == b"page" and whole(client, page) == paths(*MANY)


def test_connections_that_are_reset_while_pushes_wait(server, pages):
    """At random points: before the promises, among the pushed bytes, behind the page, after some pushes were reset."""
    pid, dice = server.server_pid(), random.Random(4)
    for _ in range(int(os.environ.get("OUTRIDER_ATTACKS", 200))):
        pages.go.clear()
        client = connect(server, 0, window=dice.choice((None, 1 << 20, 1000)))
        for _ in range(4):
            client.send(dice.choice(("/page/large", "/page/tens", "/page/many", "/page/more?dies")))
        for _ in range(dice.randrange(6)):
            client.read_some(0.002)
        for stream in [stream for stream in client.responses if stream % 2 == 0][:dice.randrange(4)]:
            if not client.finished(stream):
                client.h2.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)
        if dice.random() < 0.5:
            pages.go.set()
        client.flush()
        for _ in range(dice.randrange(4)):
            client.read_some(0.002)
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    pages.go.set()
    with connect(server, 0) as client:
        assert client.get("/page/tens").status == 200
    assert server.server_pid() == pid
