# SPDX-License-Identifier: MIT
"""What is known of what a client has, beside the cookie itself: the memory of each connection, versions of assets, and what rules
are told of both."""
import re
import threading

from cookie_site import CSS, JS, PROXIED, RULES, Shop, Visit, connect, start, visit  # noqa: F401

SPY = """
rule { name = "spy", path = "/spy.html", hints = function(req)
  local cached, sent = {}, {}
  for _, path in ipairs { "/app.css", "/more.css", "/app/new.css", "https://localhost/app.css", "https://x.example/app.css" } do
    table.insert(cached, tostring(req.cached(path)))
    table.insert(sent, tostring(req.sent(path)))
  end
  local seen = { tostring(req.cookies.outrider), tostring(req.headers.cookie), table.concat(cached, ","), table.concat(sent, ",") }
  return { fetch("/spied?" .. table.concat(seen, "!"), { nopush = true }) }
end }
"""


SPIED = {"www/spy.html": "spy"}


def spied(page):
    """What the spy rule saw: our cookie, all cookies, what is cached, what was sent."""
    return re.search(r"</spied\?(.*)>; rel=preload", page.link[0])[1].split("!")


def test_rules_do_not_see_it_but_what_it_says(start, application):
    routes = f'["/app/"] = {{ proxy = "{application(lambda request, connection: connection.reply(200)).url}" }},'
    server = start(rules=RULES + SPY, routes=routes, files=SPIED)
    none = "false,false,false,false,false"
    assert spied(visit(server, "a=1", path="/spy.html")) == ["nil", "a=1", none, none]
    assert spied(visit(server, "outrider=bad", path="/spy.html")) == ["nil", "nil", none, none]
    cookie = visit(server).cookie
    known = "true,false,nil,true,false"
    assert spied(visit(server, f"a=1; {cookie}", path="/spy.html")) == ["nil", "a=1", known, none]
    with connect(server) as client:
        assert Visit(server, client, "/").pushed == [CSS, JS]
        assert spied(Visit(server, client, "/spy.html", [cookie]))[2:] == [known, "true,false,false,true,false"]
        server.write("www/app.css", "changed")
        assert spied(Visit(server, client, "/spy.html", [cookie]))[2:] == ["false,false,nil,false,false", none]


def test_rules_may_ask_with_a_whole_url(start):
    """Whose port is not the scheme's own: what the plan knows by a hint's URL, req.cached and req.sent know too."""
    rules = RULES + """rule { name = "own", path = "/spy.html", hints = function(req)
      local url = "https://shop.test:8443/app.css"
      return { fetch("/spied?" .. tostring(req.cached(url)) .. "!" .. tostring(req.sent(url)), { nopush = true }), style(url) } end }"""
    server = start(rules=rules, files=SPIED)
    host = "shop.test:8443"
    with connect(server, server_name=host) as client:
        cookie = Visit(server, client, "/").cookie
        page = Visit(server, client, "/spy.html", [cookie])
        assert page.deliveries[f"https://{host}/app.css"] == ("link", "already_sent")
        assert spied(page) == ["true", "true"]


def test_nothing_goes_twice_over_one_connection(start):
    server = start()
    with connect(server) as client:
        assert Visit(server, client, "/").pushed == [CSS, JS]
        again = Visit(server, client, "/styled.html")
        assert again.pushed == [] and again.deliveries[CSS] == ("link", "already_sent")
        server.write("www/app.css", "body{color:red}")
        assert Visit(server, client, "/").pushed == [CSS]
        assert client.responses[max(client.responses)].body == b"body{color:red}"
        assert Visit(server, client, "/styled.html").pushed == []


def test_what_the_client_fetched_itself_is_not_pushed(start):
    server = start()
    visit(server)
    with connect(server) as client:
        tag = client.get(CSS).header("etag")
        page = Visit(server, client, "/")
        assert page.pushed == [JS] and page.deliveries[CSS] == ("link", "already_sent")
        assert visit(server, page.cookie).pushed == [], "the cookie names both"
        server.write("www/app.css", "body{color:red}")
        assert Visit(server, client, "/styled.html").pushed == [CSS]
    with connect(server) as client:  # it has an older one, and then asks
        assert client.get(CSS, headers=[("if-none-match", tag)]).status == 200
        assert client.get(JS, headers=[("if-modified-since", "Thu, 01 Jan 2037 00:00:00 GMT")]).status == 304
        assert Visit(server, client, "/").pushed == []
    with connect(server) as client:  # neither of these brings it
        assert client.get(CSS, headers=[("range", "bytes=0-3")]).status == 206
        head = client.send(CSS, method="HEAD")
        client.read_until(lambda: client.finished(head))
        assert Visit(server, client, "/styled.html").pushed == [CSS]


def test_what_failed_was_not_sent(start, application):
    shop = Shop()
    server = start(rules=PROXIED, routes=f'["/shop/"] = {{ proxy = "{application(shop).url}" }},')
    with connect(server) as client:
        shop.status = 500
        assert Visit(server, client, "/shop/page").pushed == ["/shop/new.css"]
        shop.status = 200
        with connect(server) as other:
            assert other.get("/shop/new.css").status == 200
        assert Visit(server, client, "/shop/page").pushed == ["/shop/new.css"]


def test_what_broke_off_was_not_sent(start, application):
    def answer(request, connection):
        if request.target == "/shop/new.css" and not whole.is_set():
            connection.send("HTTP/1.1 200 OK\r\ncontent-type: text/css\r\ncontent-length: 1000\r\n\r\nbody{")
            connection.close()
        else:
            connection.reply(200, "body{}", [("Content-Type", "text/css")])
    whole = threading.Event()
    server = start(rules=PROXIED, routes=f'["/shop/"] = {{ proxy = "{application(answer).url}" }},')
    with connect(server) as client:
        assert client.get("/shop/new.css").reset is not None
        again = Visit(server, client, "/shop/page")
        assert again.pushed == ["/shop/new.css"], "its own request broke off"
        whole.set()
        again = Visit(server, client, "/shop/page")
        assert again.pushed == ["/shop/new.css"], "so did the push"
        assert Visit(server, client, "/shop/page").deliveries["/shop/new.css"] == ("link", "already_sent")


def test_behind_a_proxy_the_cookie_is_the_clients_and_the_connection_is_not(start):
    server = start(rules=RULES + SPY, files=SPIED)
    cookie = visit(server).cookie
    with connect(server, 2) as client:
        assert client.get(CSS).status == 200
        [spied_url] = Visit(server, client, "/spy.html", [cookie]).deliveries
        cached, sent = spied_url.split("!")[2:]
        assert (cached, sent) == ("true,false,nil,true,false", "false,false,false,false,false")
        [spied_url] = Visit(server, client, "/spy.html").deliveries
        assert spied_url.endswith("!false,false,false,false,false!false,false,false,false,false")


def test_what_was_fetched_before_anything_hinted_it_is_not_pushed(start):
    server = start()
    with connect(server) as client:
        assert client.get(CSS).status == 200
        assert Visit(server, client, "/").pushed == [JS]


def test_the_version_of_an_applications_asset_is_its_etag(start, application):
    shop = Shop()
    server = start(rules=PROXIED, routes=f'["/shop/"] = {{ proxy = "{application(shop).url}" }},')
    shop.may_answer.clear()
    with connect(server) as client:
        page = client.responses[client.send("/shop/page")]
        client.read_until(lambda: page.ended)
        assert len(page.pushes) == 1 and page.header("set-cookie") is None, "nobody knows yet what it is"
        shop.may_answer.set()
        client.read_until(lambda: all(client.responses[push].ended for push in page.pushes))
    second = visit(server, path="/shop/page")
    assert second.pushed == ["/shop/new.css"]
    third = visit(server, second.cookie, path="/shop/page")
    assert third.pushed == [] and third.deliveries["/shop/new.css"] == ("link", "in_cookie")
    shop.tag = '"2"'
    visit(server, path="/shop/page")  # to somebody else it is pushed, and so its new version is seen
    changed = visit(server, second.cookie, path="/shop/page")
    assert changed.pushed == ["/shop/new.css"]
    assert visit(server, changed.cookie, path="/shop/page").pushed == []


def test_what_nobody_knows_the_version_of_is_left_to_link(start, application):
    server = start(rules=PROXIED, routes=f'["/shop/"] = {{ proxy = "{application(Shop()).url}" }},')
    cookie = visit(server).cookie
    with connect(server) as client:
        page = Visit(server, client, "/shop/page", [cookie])
        assert page.deliveries["/shop/new.css"] == ("link", "version_unknown")
        assert (page.pushed, page.set_cookie, page.link) == ([], [], ["</shop/new.css>; rel=preload; as=style"])
        assert client.get("/shop/new.css").status == 200  # as a browser would
        again = Visit(server, client, "/shop/page", [cookie])
        assert again.deliveries["/shop/new.css"] == ("link", "already_sent")
    assert visit(server, again.cookie, path="/shop/page").pushed == visit(server, again.cookie).pushed == []
