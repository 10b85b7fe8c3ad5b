# SPDX-License-Identifier: MIT
"""What a client has is not pushed to it again: the signed cookie across connections, who gets one, and whose is believed."""
import http.client
import itertools
import os
import re
import ssl

import pytest

from cookie_site import CSS, GOOD, JS, LINKS, MORE, PROXIED, REJECTED, Shop, Visit, connect, start, visit  # noqa: F401


def test_the_second_visit_is_pushed_nothing(start):
    server = start()
    first = visit(server)
    assert first.pushed == [CSS, JS] and first.link == LINKS
    assert re.fullmatch(r"outrider=[A-Za-z0-9_-]+; Max-Age=2592000; Path=/; Secure; HttpOnly; SameSite=Lax", *first.set_cookie)
    second = visit(server, first.cookie)
    assert (second.status, second.pushed, second.set_cookie, second.link) == (200, [], [], LINKS)
    assert second.deliveries == dict.fromkeys([CSS, JS], ("link", "in_cookie"))
    assert (server.metrics()[GOOD], server.metrics()[REJECTED]) == (1, 0)


def test_what_changed_is_pushed_again(start):
    server = start()
    old = visit(server).cookie
    server.write("www/app.css", "body{color:red}")
    changed = visit(server, old)
    assert changed.pushed == [CSS] and changed.deliveries[JS] == ("link", "in_cookie")
    assert changed.cookie != old
    assert visit(server, changed.cookie).pushed == []
    os.utime(server.folder / "www/app.js", ns=(1, 1))  # as large as before
    assert visit(server, changed.cookie).pushed == [JS]


def test_a_cookie_grows_from_page_to_page(start):
    server = start()
    first = visit(server, path="/styled.html")
    assert first.pushed == [CSS]
    second = visit(server, first.cookie, path="/scripted.html")
    assert second.pushed == [JS, MORE]
    for path in ("/", "/styled.html", "/scripted.html"):
        again = visit(server, second.cookie, path=path)
        assert again.pushed == [] and again.set_cookie == []


def test_every_changed_character_is_noticed(start):
    server = start()
    value = visit(server).cookie.removeprefix("outrider=")
    for count, place in enumerate(range(len(value)), 1):
        other = value[:place] + ("B" if value[place] == "A" else "A") + value[place + 1:]
        tampered = visit(server, f"outrider={other}")
        assert (tampered.status, tampered.pushed) == (200, [CSS, JS])
        assert server.metrics()[REJECTED] == count
    assert visit(server, f"outrider={value}").pushed == []


@pytest.mark.parametrize("spoil", [
    lambda value: "", lambda value: value[:-1], lambda value: value[:12], lambda value: value + "A", lambda value: value + "==",
    lambda value: value * 2, lambda value: "A" * 9000, lambda value: "\u00fc%00\"", lambda value: f'"{value}"'],
    ids=["empty", "cut", "cut short", "longer", "padded", "twice", "oversized", "other bytes", "quoted"])
def test_what_is_no_cookie_of_ours_is_ignored_and_counted(start, spoil):
    server = start()
    value = visit(server).cookie.removeprefix("outrider=")
    spoilt = visit(server, f"outrider={spoil(value)}")
    assert (spoilt.status, spoilt.pushed, spoilt.link) == (200, [CSS, JS], LINKS)
    assert (server.metrics()[GOOD], server.metrics()[REJECTED]) == (0, 1)
    assert visit(server, spoilt.cookie).pushed == [], "it gets a good one instead"


def test_several_cookies_count_together_in_any_order(start):
    server = start()
    ours = [visit(server, path="/styled.html").cookie, visit(server, path="/scripted.html").cookie]
    cookies = [*ours, "outrider=AAAAAAAAAAAAAAAA", "session=1; outriders=2; Outrider=3"]
    for count, order in enumerate(itertools.islice(itertools.permutations(cookies), 0, None, 3), 1):
        assert visit(server, "; ".join(order)).pushed == []
        assert visit(server, *order).pushed == []
        assert (server.metrics()[GOOD], server.metrics()[REJECTED]) == (count * 4, count * 2)


def test_an_application_sees_all_cookies_but_ours(start, application):
    app = application(lambda request, connection: connection.reply(200, "page"))
    server = start(routes=f'["/app/"] = {{ proxy = "{app.url}" }},')
    ours = visit(server).cookie
    cases = [
        ([ours], None),
        ([f"a=1; {ours}; b=2"], "a=1; b=2"),
        ([f"{ours}; a=1;b=2 ;  c=\"x y\""], "a=1;b=2 ;  c=\"x y\""),
        ([f"a==;{ours}"], "a=="),
        (["a=1", ours, "b=2; c", "outrider=bad", "d=4"], "a=1; b=2; c; d=4"),
        ([ours, "outrider=bad"], None),
        (["outriders=1; Outrider=2; my-outrider=3; x=outrider=4"], "outriders=1; Outrider=2; my-outrider=3; x=outrider=4"),
    ]
    for fields, seen in cases:
        assert visit(server, *fields, path="/app/").status == 200
        assert app.requests[-1].headers.get("cookie") == seen, fields
        if len(fields) == 1:
            connection = http.client.HTTPConnection(*server.address(1))
            connection.request("GET", "/app/", headers={"Cookie": fields[0]})
            assert connection.getresponse().status == 200
            connection.close()
            assert app.requests[-1].headers.get("cookie") == seen, fields


def test_only_pushed_for_pages_over_https_set_it(start, application):
    app = application(lambda request, connection: connection.reply(int(request.target[-3:]), "page", [("Location", "/")]))
    server = start(routes=f'["/app/"] = {{ proxy = "{app.url}" }},')
    with connect(server) as client:
        for method, path in (("HEAD", "/"), ("POST", "/app/200"), ("GET", "/app/404"), ("GET", "/app/302"), ("GET", "/app/500")):
            page = client.responses[client.send(path, method=method)]
            client.read_until(lambda: client.finished(page.stream_id))
            assert page.header("set-cookie") is None, (method, path)
    with connect(server, push=False) as client:
        assert Visit(server, client, "/").set_cookie == []
    for listener in (1, 2):  # in the clear, and behind a proxy
        with connect(server, listener) as client:
            page = Visit(server, client, "/", headers=[("x-forwarded-proto", "https")])
            assert page.link == LINKS and page.set_cookie == []
    connection = http.client.HTTPSConnection(*server.address(), context=ssl._create_unverified_context())
    connection.request("GET", "/")
    answer = connection.getresponse()
    assert answer.headers["link"] and answer.headers["set-cookie"] is None
    connection.close()
    assert visit(server).cookie


def test_a_proxy_header_names_the_client_that_the_cookie_is_for(start):
    """Such a connection is passed through: it is the client's own, and so it is for pushes."""
    server = start(site="budget_bytes = 100000,")
    options = {"listener": 3, "before": b"PROXY TCP4 192.0.2.7 127.0.0.1 4000 443\r\n"}
    with connect(server, **options) as client:
        first = Visit(server, client, "/")
        assert first.pushed == [CSS, JS]
    with connect(server, **options) as client:
        assert Visit(server, client, "/", [first.cookie]).pushed == []


@pytest.mark.parametrize("field, sets", [
    ("Cache-Control: public", False), ("Cache-Control: max-age=60", False), ("Cache-Control: s-maxage=60", False),
    ("Expires: Thu, 01 Jan 2037 00:00:00 GMT", False), ("CDN-Cache-Control: max-age=60", False),
    ("Cache-Control: private, max-age=60", True), ("Cache-Control: no-store", True), ("Set-Cookie: own=1", True)])
def test_no_page_that_a_shared_cache_may_store_sets_it(start, application, field, sets):
    app = application(lambda request, connection: connection.reply(200, "page", [field.split(": ")]))
    server = start(routes=f'["/app/"] = {{ proxy = "{app.url}" }},')
    page = visit(server, path="/app/")
    ours = [each for each in page.set_cookie if each.startswith("outrider=")]
    assert page.pushed == [CSS, JS] and bool(ours) == sets
    assert [each for each in page.set_cookie if each not in ours] == (["own=1"] if "own" in field else [])


def test_a_site_may_have_it_off(start, application):
    app = application(lambda request, connection: connection.reply(200, "page"))
    server = start(site="client_cookie = false,", routes=f'["/app/"] = {{ proxy = "{app.url}" }},')
    page = visit(server, "outrider=1", path="/app/")
    assert page.pushed == [CSS, JS] and page.set_cookie == []
    assert app.requests[-1].headers["cookie"] == "outrider=1", "a cookie of that name is the application's then"
    assert server.metrics()[REJECTED] == 0


def test_name_and_lifetime_are_the_sites(start, application):
    app = application(lambda request, connection: connection.reply(200, "page"))
    server = start(site='client_cookie = { name = "__Host-has", lifetime_s = 3600 },', routes=f'["/app/"] = {{ proxy = "{app.url}" }},')
    first = visit(server, path="/app/")
    assert first.cookie.startswith("__Host-has=") and "; Max-Age=3600; " in first.set_cookie[0]
    assert visit(server, "outrider=1", first.cookie, path="/app/").pushed == []
    assert app.requests[-1].headers["cookie"] == "outrider=1"
    assert server.metrics()[REJECTED] == 0


def test_an_excepted_asset_is_pushed_on_every_connection(start):
    server = start(site='client_cookie = { except = { "/*.css" } },')
    first = visit(server)
    second = visit(server, first.cookie)
    assert first.pushed == [CSS, JS] and second.pushed == [CSS] and second.set_cookie == []
    assert visit(server, path="/styled.html").set_cookie == []


def test_keys_rotate_by_reload(start):
    """Files change, the configuration does not, and no connection is lost."""
    keys = {"keys/current": "a" * 32, "keys/previous": "b" * 32}
    server = start(top='cookie_keys = { "keys/current", "keys/previous" },', files=keys)
    before = visit(server, path="/styled.html").cookie

    def rotate(byte):
        (server.folder / "keys/current").replace(server.folder / "keys/previous")
        server.write("keys/current", byte * 32)
        code, _, errors = server.command("reload")
        assert code == 0, errors

    with connect(server) as client:
        assert client.get("/scripted.html").status == 200
        rotate("c")
        believed = visit(server, before, path="/styled.html")
        assert believed.pushed == [] and believed.set_cookie == []
        renewed = visit(server, before).cookie
        rotate("d")
        assert server.metrics()[REJECTED] == 0
        assert visit(server, before).pushed == [CSS, JS]
        assert server.metrics()[REJECTED] == 1
        assert visit(server, renewed).pushed == []
        assert Visit(server, client, "/", [renewed]).status == 200 and client.goaway is None


def test_servers_with_the_same_keys_believe_each_other(start):
    first, second, other = (start(top='cookie_keys = { "key" },', files={"key": byte * 32}) for byte in "aab")
    for server in (first, second, other):
        for name in ("app.css", "app.js"):
            os.utime(server.folder / "www" / name, ns=(10**18, 10**18))
    cookie = visit(first).cookie
    assert visit(second, cookie).pushed == []
    assert visit(other, cookie).pushed == [CSS, JS]
    assert [server.metrics()[REJECTED] for server in (second, other)] == [0, 1]


def test_what_one_site_wrote_says_nothing_to_another(start):
    server = start(routes='} }, ["b.test"] = { aliases = { "c.test" }, rules = "rules/*.lua", routes = { ["/"] = { files = "www" },')
    cookie = visit(server, host="b.test").cookie
    assert visit(server, cookie, host="b.test").pushed == visit(server, cookie, host="c.test").pushed == []
    assert visit(server, cookie, host="a.test").pushed == [CSS, JS]
    assert server.metrics()[REJECTED] == 1


def test_what_clients_may_not_keep_is_not_in_the_cookie(start, application):
    shop = Shop(("Cache-Control", "no-store"))
    server = start(rules=PROXIED, routes=f'["/shop/"] = {{ proxy = "{application(shop).url}" }},')
    for _ in range(2):
        page = visit(server, path="/shop/page")
        assert page.pushed == ["/shop/new.css"] and page.set_cookie == []


def test_more_assets_than_a_cookie_takes(start):
    """Beyond 250 what is long gone is forgotten, and the value stays as short as ever."""
    pages, each = 27, 10
    hints = ", ".join(f'"/p/{{page}}/{number}.css"' for number in range(each))
    files = {f"www/p/{page}/{number}.css": "body{}" for page in range(pages) for number in range(each)}
    files |= {f"www/p/{page}/index.html": "page" for page in range(pages)}
    server = start(rules=f'rule {{ name = "pages", path = "/p/{{page}}/", hints = {{ {hints} }} }}', files=files)
    for name in files:
        os.utime(server.folder / name, ns=(10**18, 10**18))  # the same numbers in the set each time
    cookies, pushed, lengths = [], 0, []
    for page in range(pages):
        seen = visit(server, *cookies, path=f"/p/{page}/")
        pushed += len(seen.pushed)
        cookies = [seen.cookie]
        lengths.append(len(seen.cookie) - len("outrider="))
        assert visit(server, *cookies, path=f"/p/{page}/").pushed == []
    assert pushed >= 0.97 * pages * each, "taken for sent by mistake"
    assert max(lengths) <= 1.5 * 250 + 32 and lengths[24] > 300
    begun_anew = next(page for page in range(1, pages) if lengths[page] < lengths[page - 1])
    assert begun_anew >= 25
    for page in range(begun_anew, pages):
        assert visit(server, *cookies, path=f"/p/{page}/").pushed == []
    assert len(visit(server, *cookies, path="/p/0/").pushed) >= each - 1
