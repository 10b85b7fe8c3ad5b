# SPDX-License-Identifier: MIT
"""What an asset's own answers say decides how it is hinted afterwards: not where it fails, redirects, varies, wants
credentials or may not be kept, and as what it really is.
"""
import contextlib
import email.utils
import http.client
import itertools
import re
import threading

import pytest

from h2client import Client
from outrider import wait_until

CONFIG = """
return {
  workers = 1,
  listen = { { address = "127.0.0.1:0" } },
  sites = { ["*"] = { rules = "rules/*.lua", routes = {
    ["/"] = { proxy = "%URL%" },
    ["/files/"] = { files = "www", max_age = 60, deny = { "/secret.*" } },
    ["/fresh/"] = { files = "www", headers = { ["cache-control"] = "no-store" } },
    ["/spa/"] = { files = "www", max_age = 60, fallback = "/index.html" },
    ["/moved/"] = { redirect = { to = "/files/", status = 308 } },
  } } },
  log = { access = { to = "stdout", format = "json" }, error = { level = "debug" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
# Every page hints one asset, which its path names. The line numbers are in a test.
RULES = """rule { name = "style", path = "/page/style/{route}/{file}", hints = { style "/{route}/{file}" } }
rule { name = "script", path = "/page/script/{route}/{file}", hints = { script "/{route}/{file}" } }
rule { name = "font", path = "/page/font/{route}/{file}", hints = { font "/{route}/{file}" } }
rule { name = "data", path = "/page/fetch/{route}/{file}", hints = { fetch "/{route}/{file}" } }
rule { name = "own data", path = "/page/own/{route}/{file}", hints = { fetch("/{route}/{file}", { with = { "authorization" } }) } }
rule { name = "made up", path = "/page/many/{n}", hints = function(req)
  local list = {}
  for i = 1, 50 do list[i] = "/made/" .. req.params.n .. "-" .. i .. ".css" end
  return list
end }
rule { name = "tight", path = "/page/tight/{route}/{file}", budget_bytes = 40000, hints = { style "/{route}/{file}" } }
"""
FILES = {"www/index.html": "<!doctype html><title>app</title>", "www/app.css": "body{}", "www/logo.svg": "<svg/>", "www/a.woff2": "wOF2",
         "www/secret.css": "body{}", "rules/r.lua": RULES}
CHROMIUM = [("sec-fetch-mode", "navigate"),
            ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36")]
FIREFOX = [("sec-fetch-mode", "navigate"), ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0")]
AUTHORIZED = [("authorization", "Bearer good")]


class Site:
    """The application: pages at once, and of each asset what a test says, which may depend on the request."""

    def __init__(self):
        self.assets = {}  # path -> (status, fields), or a function of the request that returns them
        self.raw = {}  # path -> a function of the connection that answers

    def __call__(self, request, connection):
        path = request.target.partition("?")[0]
        if path.startswith("/page/"):
            connection.reply(200, "page", [("Content-Type", "text/html")])
            return
        if path in self.raw:
            self.raw[path](connection)
            return
        answer = self.assets.get(path, (404, []))
        status, fields = answer(request) if callable(answer) else answer
        said = {name.lower() for name, _ in fields}
        if not said & {"cache-control", "expires", "last-modified"}:
            fields = [*fields, ("Cache-Control", "max-age=60")]
        connection.reply(status, f"status {status}", fields)


class Visits:
    """Visits pages, each time on a connection of its own, with a query that nobody else has: nothing is known of the page."""

    def __init__(self, server):
        self.server = server
        self.numbers = itertools.count()

    def visit(self, path, push, headers=()):
        """(page, what became of its one hint, the statuses of what was pushed; None where a promise was taken back)"""
        target = f"{path}?{next(self.numbers)}"
        with Client(self.server.address(), push=push) as client:
            page = client.get(target, headers=headers)
            pushed = {dict(head)[":path"]: client.responses[stream].status for stream, head in page.pushes.items()}
        assert page.status == 200 and page.body == b"page"
        told = re.compile(rf"debug GET {re.escape(target)}: (\w+) .*: (\w+)$", re.M)
        return page, wait_until(f"a decision for {target}", lambda: told.findall(self.server.log())), pushed

    def pushed(self, path, headers=()):
        """By path what a client that takes pushes was pushed, and why no more."""
        page, [(how, reason)], pushed = self.visit(path, None, headers)
        assert (how == "push") == bool(pushed) and page.informational == []
        return pushed, reason

    def early(self, path, headers=CHROMIUM):
        """The Link values of the 103, and why no more; the page's own Link must have the hint, unless nobody can use it."""
        page, [(how, reason)], _ = self.visit(path, False, headers)
        assert len(page.all("link")) == (how != "none") and (how == "early_hints") == bool(page.informational)
        return [value for head in page.informational for name, value in head if name == "link"], reason

    def get(self, path, source=None, **options):
        """A client's own request."""
        with Client(self.server.address(), push=False, source=source) as client:
            return client.get(path, **options).status


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def server(serve, application, site):
    return serve(CONFIG.replace("%URL%", application(site).url), files=FILES)


@pytest.fixture
def visits(server):
    return Visits(server)


CSS = ("Content-Type", "text/css")


# Failures


@pytest.mark.parametrize("status", [404, 410, 500, 503])
def test_an_asset_that_fails_is_not_promised_until_a_client_got_it(server, site, visits, status):
    site.assets["/a/x.css"] = (status, [])
    assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": None}, "sent"), "nobody knew, and the promise is taken back"
    assert visits.pushed("/page/style/a/x.css") == ({}, "asset_failed")
    assert visits.early("/page/style/a/x.css") == ([], "asset_failed")
    assert visits.get("/a/x.css") == status
    assert visits.pushed("/page/style/a/x.css") == ({}, "asset_failed")
    site.assets["/a/x.css"] = (200, [CSS])
    assert visits.pushed("/page/style/a/x.css") == ({}, "asset_failed"), "nobody has asked for it"
    assert visits.get("/a/x.css") == 200
    assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent")
    assert visits.early("/page/style/a/x.css") == (["</a/x.css>; rel=preload; as=style"], "sent")
    line = server.wait_for_access(lambda line: line["target"] == "/a/x.css" and line["pushed"])
    assert line["status"] == status


def test_a_promise_that_failed_is_not_repeated_on_its_connection_either(server, site):
    site.assets["/a/x.css"] = (500, [])
    with Client(server.address()) as client:
        failed = client.get("/page/style/a/x.css")
        assert [client.responses[stream].reset is not None for stream in failed.pushes] == [True]
        assert client.get("/page/style/a/x.css").pushes == {}
        site.assets["/a/x.css"] = (200, [CSS])
        assert client.get("/a/x.css").status == 200
        assert client.get("/page/style/a/x.css").pushes == {}, "this client has it now"


def test_one_bad_answer_to_a_client_ends_nothing(site, visits):
    """It may be one failing instance's, or what the client itself provoked."""
    site.assets["/a/x.css"] = (200, [CSS])
    assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent")
    site.assets["/a/x.css"] = (500, [])
    assert visits.get("/a/x.css") == 500
    site.assets["/a/x.css"] = (200, [CSS])
    assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent")


def test_a_file_is_known_to_be_missing_without_a_promise(server, visits):
    assert visits.pushed("/page/style/files/new.css") == ({}, "asset_failed")
    assert visits.early("/page/style/files/new.css") == ([], "asset_failed")
    server.write("www/new.css", "new{}")
    assert visits.pushed("/page/style/files/new.css") == ({"/files/new.css": 200}, "sent")
    (server.folder / "www/new.css").unlink()
    assert visits.pushed("/page/style/files/new.css") == ({}, "asset_failed")


def test_a_denied_file_is_not_promised(visits):
    assert visits.pushed("/page/style/files/secret.css") == ({}, "asset_failed")
    assert visits.early("/page/style/files/secret.css") == ([], "asset_failed")
    assert visits.get("/files/secret.css") == 403


def test_a_promise_that_fails_before_it_is_made_is_none(server, visits):
    """What the file's name alone does not tell: this one leads to itself."""
    (server.folder / "www/loop.css").symlink_to("loop.css")
    assert visits.pushed("/page/style/files/loop.css") == ({}, "no_answer")
    assert visits.pushed("/page/style/files/loop.css") == ({}, "asset_failed")
    (server.folder / "www/loop.css").unlink()
    server.write("www/loop.css", "body{}")
    assert visits.get("/files/loop.css") == 200
    assert visits.pushed("/page/style/files/loop.css") == ({"/files/loop.css": 200}, "sent")


# Redirects


def test_an_asset_that_redirects_is_not_hinted_early(site, visits):
    site.assets["/a/x.css"] = (302, [("Location", "/files/app.css")])
    page = "/page/style/a/x.css"
    # Two answers must agree, for one could be a failing instance's.
    assert [visits.pushed(page) for _ in range(3)] == [({"/a/x.css": 302}, "sent"), ({"/a/x.css": 302}, "sent"), ({}, "asset_redirects")]
    assert visits.early(page) == ([], "asset_redirects")
    site.assets["/a/x.css"] = (200, [CSS])
    assert visits.get("/a/x.css") == 200
    assert visits.pushed(page) == ({"/a/x.css": 200}, "sent")


def test_a_redirecting_route_is_known_at_once(visits):
    assert visits.pushed("/page/style/moved/app.css") == ({}, "asset_redirects")
    assert visits.early("/page/style/moved/app.css") == ([], "asset_redirects")


# Credentials


def guarded(request):
    good = request.headers.get("authorization") == "Bearer good"
    return (200, [("Content-Type", "application/json"), ("Cache-Control", "private")]) if good else (401, [("WWW-Authenticate", "Bearer")])


def test_what_wants_authorization_is_promised_only_with_it(site, visits):
    site.assets["/a/me.json"] = guarded
    assert visits.pushed("/page/fetch/a/me.json", AUTHORIZED) == ({"/a/me.json": None}, "sent"), "nobody knew"
    assert visits.get("/a/me.json") == 401
    assert visits.pushed("/page/fetch/a/me.json", AUTHORIZED) == ({}, "needs_credentials")
    assert visits.pushed("/page/own/a/me.json", AUTHORIZED) == ({"/a/me.json": 200}, "sent")
    assert visits.pushed("/page/fetch/a/me.json", AUTHORIZED) == ({}, "needs_credentials"), "still for who hints it without"


def test_the_named_field_is_in_the_promise_of_its_connection_alone(server, site):
    site.assets["/a/me.json"] = guarded
    for token in ("Bearer good", "Bearer other"):
        with Client(server.address()) as client:
            page = client.get("/page/own/a/me.json", headers=[("authorization", token), ("cookie", "a=b")])
            [promise] = [dict(head) for head in page.pushes.values()]
            assert promise["authorization"] == token and "cookie" not in promise


@pytest.mark.parametrize("headers", [[], [("authorization", "Bearer bad")]])
def test_a_visitor_without_the_right_credentials_ends_no_promise_of_others(site, visits, headers):
    site.assets["/a/me.json"] = guarded
    for _ in range(3):
        visits.pushed("/page/own/a/me.json", headers)
        assert visits.get("/a/me.json", headers=headers) == 401
    assert visits.pushed("/page/own/a/me.json", AUTHORIZED) == ({"/a/me.json": 200}, "sent")


def test_a_visitor_s_own_refusal_does_not_end_it_for_others(site, visits):
    """A cookie may be of somebody who is locked out."""
    site.assets["/a/x.css"] = lambda request: (403, []) if "cookie" in request.headers else (200, [CSS])
    assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent")
    for _ in range(5):
        assert visits.get("/a/x.css", headers=[("cookie", "session=locked")]) == 403
    assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent")
    assert visits.early("/page/style/a/x.css", [*CHROMIUM, ("cookie", "session=locked")])[1] == "sent"


COOKIE = [("cookie", "session=anna")]


@pytest.mark.parametrize("fields, listed", [
    ([("Content-Type", "text/html")], "wrong_type"), ([CSS, ("Cache-Control", "no-store")], "not_cacheable"), ([CSS, ("Vary", "X-Foo")], "asset_varies"),
    ([CSS, ("Set-Cookie", "a=b")], "needs_credentials")])
def test_what_one_visitor_is_told_of_an_asset_changes_nothing_for_others(site, visits, fields, listed):
    hints = visits.early if listed == "not_cacheable" else visits.pushed
    site.assets["/a/x.css"] = lambda request: (200, fields) if "cookie" in request.headers else (200, [CSS])
    hints("/page/style/a/x.css")
    assert visits.get("/a/x.css") == 200
    for _ in range(5):
        assert visits.get("/a/x.css", headers=COOKIE, source="127.0.0.2") == 200
    assert hints("/page/style/a/x.css")[1] == "sent"


def test_where_every_visitor_has_a_cookie_facts_are_learned_and_learned_anew(site, visits):
    site.assets["/a/x.css"] = (200, [CSS, ("Cache-Control", "no-store")])
    page = "/page/style/a/x.css"
    assert visits.early(page)[1] == "sent", "nobody knew"
    assert visits.get("/a/x.css", headers=COOKIE, source="127.0.0.2") == 200
    assert visits.early(page) == ([], "not_cacheable"), "the first answer counts"
    site.assets["/a/x.css"] = (200, [CSS])
    for _ in range(3):
        assert visits.get("/a/x.css", headers=COOKIE, source="127.0.0.2") == 200
    assert visits.early(page) == ([], "not_cacheable"), "one visitor alone changes nothing"
    assert visits.get("/a/x.css", headers=COOKIE, source="127.0.0.3") == 200
    assert visits.early(page)[1] == "sent"


def test_a_promise_with_a_client_s_own_fields_teaches_nothing(site, visits):
    site.assets["/a/me.json"] = (200, [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
    for _ in range(3):
        assert visits.pushed("/page/own/a/me.json", AUTHORIZED) == ({"/a/me.json": 200}, "sent")
    assert visits.early("/page/fetch/a/me.json")[1] == "sent"


# Sizes


def chunked(body, whole=True):
    def answer(connection):
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/css\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(body), body))
        connection.send("0\r\n\r\n") if whole else connection.close()
    return answer


def test_the_size_of_a_whole_body_counts(server, site, visits):
    site.raw["/a/x.css"] = chunked(b"x" * 50000)
    visits.early("/page/tight/a/x.css")
    assert visits.get("/a/x.css") == 200
    server.wait_for_access(lambda line: line["target"] == "/a/x.css")
    assert visits.pushed("/page/tight/a/x.css") == ({}, "over_budget")


def test_a_body_that_is_counted_keeps_no_head_waiting(site, server, visits):
    may_go_on = threading.Event()

    def answer(connection):
        connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/css\r\nTransfer-Encoding: chunked\r\n\r\n")
        may_go_on.wait(60)
        connection.send("6\r\nbody{}\r\n0\r\n\r\n")

    site.raw["/a/x.css"] = answer
    visits.early("/page/style/a/x.css")
    with Client(server.address(), push=False) as client:
        asset = client.responses[client.send("/a/x.css")]
        client.read_until(lambda: asset.headers is not None)
        may_go_on.set()
        client.read_until(lambda: client.finished(asset.stream_id))
    assert asset.body == b"body{}"


@pytest.mark.parametrize("whole", [True, False], ids=["client", "upstream"])
def test_the_size_of_a_body_that_broke_off_does_not(server, site, visits, whole):
    site.raw["/a/x.css"] = chunked(b"x" * 50000, whole)
    visits.early("/page/tight/a/x.css")
    with Client(server.address(), push=False, window=45000 if whole else None) as client:
        asset = client.responses[client.send("/a/x.css")]
        if whole:
            client.read_until(lambda: len(asset.body) == 45000)
            client.h2.reset_stream(asset.stream_id)
            client.flush()
        else:
            client.read_until(lambda: asset.reset is not None)
            assert len(asset.body) == 50000
        server.wait_for_access(lambda line: line["target"] == "/a/x.css")
    site.raw.clear()
    site.assets["/a/x.css"] = (200, [CSS])
    assert visits.pushed("/page/tight/a/x.css") == ({"/a/x.css": 200}, "sent")


# Variants


@pytest.mark.parametrize("field, reason", [
    (("Set-Cookie", "seen=1"), "needs_credentials"), (("Vary", "Cookie"), "needs_credentials"), (("Vary", "Accept-Encoding, cookie"), "needs_credentials"),
    (("Vary", "Authorization"), "needs_credentials"), (("Vary", "X-Foo"), "asset_varies"), (("Vary", "Accept"), "asset_varies")])
def test_an_asset_that_is_not_the_same_for_all_is_not_promised_once_that_is_known(site, visits, field, reason):
    site.assets["/a/x.css"] = (200, [CSS, field])
    assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent"), "nobody knew"
    assert visits.pushed("/page/style/a/x.css") == ({}, reason)
    assert visits.early("/page/style/a/x.css") == (["</a/x.css>; rel=preload; as=style"], "sent"), "a browser asks with all it has"
    site.assets["/a/x.css"] = (200, [CSS])
    visits.get("/a/x.css")
    assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent")


@pytest.mark.parametrize("names", ["Accept-Encoding", "accept-encoding, User-Agent", "Accept-Language", "Origin"])
def test_what_varies_by_fields_that_a_promise_repeats_is_promised(site, visits, names):
    site.assets["/a/x.css"] = (200, [CSS, ("Vary", names)])
    for _ in range(2):
        assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent")


# Caching


@pytest.mark.parametrize("field", [
    ("Cache-Control", "no-store"), ("Cache-Control", "no-cache"), ("Cache-Control", "private, No-Cache"), ("Cache-Control", "max-age=0"),
    ("Expires", "0"), ("Last-Modified", email.utils.formatdate(usegmt=True))], ids=": ".join)
@pytest.mark.parametrize("browser", [CHROMIUM, FIREFOX], ids=["chromium", "firefox"])
def test_what_browsers_would_fetch_again_is_left_out_of_the_103_once_that_is_known(site, visits, field, browser):
    site.assets["/a/x.css"] = (200, [CSS, field])
    assert visits.early("/page/style/a/x.css", browser) == (["</a/x.css>; rel=preload; as=style"], "sent"), "nobody knew"
    assert visits.get("/a/x.css") == 200
    assert visits.early("/page/style/a/x.css", browser) == ([], "not_cacheable")
    assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent"), "a pushed one is used nevertheless"
    site.assets["/a/x.css"] = (200, [CSS, ("Cache-Control", "max-age=60")])
    visits.get("/a/x.css")
    assert visits.early("/page/style/a/x.css", browser)[1] == "sent"


def test_a_file_s_cache_control_comes_from_its_route(visits):
    assert visits.early("/page/style/fresh/app.css")[1] == "sent"
    assert visits.get("/fresh/app.css") == 200
    assert visits.early("/page/style/fresh/app.css") == ([], "not_cacheable")
    assert visits.early("/page/style/files/app.css")[1] == "sent"


def test_made_up_assets_push_out_no_facts_of_real_ones(server, site, visits):
    site.assets["/a/x.css"] = (200, [CSS, ("Cache-Control", "no-store")])
    visits.early("/page/style/a/x.css")
    visits.get("/a/x.css")
    with contextlib.closing(http.client.HTTPConnection(*server.address())) as connection:
        for n in range(200):
            connection.request("GET", f"/page/many/{n}")
            response = connection.getresponse()
            assert response.read() == b"page" and len(response.headers.get_all("link")) == 50
    assert visits.early("/page/style/a/x.css") == ([], "not_cacheable")


# Types


def mistakes(server):
    return [line.partition(" warning ")[2] for line in server.log().splitlines() if " warning " in line and "the asset is" in line]


@pytest.mark.parametrize("line, kind, file, media_type, wrong, right", [
    (2, "script", "app.css", "text/css; charset=utf-8", "as=script", "as=style"),
    (1, "style", "logo.svg", "image/svg+xml", "as=style", "as=image"),
    (1, "style", "x.woff2", "font/woff2", "as=style", "as=font; crossorigin"),
    (3, "font", "app.css", "Text/CSS", "as=font; crossorigin", "as=style"),
])
def test_a_wrong_kind_is_corrected_with_one_warning(server, site, visits, line, kind, file, media_type, wrong, right):
    asset, page = f"/a/{file}", f"/page/{kind}/a/{file}"
    site.assets[asset] = (200, [("Content-Type", media_type)])
    assert visits.early(page) == ([f"<{asset}>; rel=preload; {wrong}"], "sent"), "nobody knew"
    assert visits.get(asset) == 200
    for _ in range(3):
        answer, [(how, _)], _ = visits.visit(page, False, CHROMIUM)
        assert [dict(head)["link"] for head in answer.informational] == answer.all("link") == [f"<{asset}>; rel=preload; {right}"]
        assert how == "early_hints"
    assert visits.pushed(page) == ({asset: 200}, "sent")
    [told] = mistakes(server)
    assert f'rules/r.lua:{line}: rule "{kind}" hints {asset} as {kind}, but the asset is {media_type.partition(";")[0].lower()}' in told


def test_the_kind_of_a_file_is_corrected_too(server, visits):
    assert visits.get("/files/logo.svg") == 200, "what was never hinted is not remembered"
    assert visits.early("/page/style/files/logo.svg")[0] == ["</files/logo.svg>; rel=preload; as=style"]
    assert visits.get("/files/logo.svg") == 200
    assert visits.early("/page/style/files/logo.svg")[0] == ["</files/logo.svg>; rel=preload; as=image"]
    assert len(mistakes(server)) == 1


def test_a_page_in_place_of_an_asset_is_not_hinted(server, visits):
    """As applications of a single page answer whatever they do not know."""
    page = "/page/style/spa/gone.css"
    assert visits.pushed(page) == ({"/spa/gone.css": 200}, "sent"), "nobody knew"
    assert visits.pushed(page) == ({}, "wrong_type")
    assert visits.early(page) == ([], "wrong_type")
    answer, decided, _ = visits.visit(page, False)
    assert decided == [("none", "wrong_type")] and answer.all("link") == []
    [told] = mistakes(server)
    assert 'r.lua:1: rule "style" hints /spa/gone.css as style, but the asset is text/html' in told
    server.write("www/gone.css", "back{}")
    visits.get("/spa/gone.css")
    assert visits.pushed(page) == ({"/spa/gone.css": 200}, "sent")


@pytest.mark.parametrize("asset", ["application/octet-stream", ""])
def test_an_asset_that_does_not_say_what_it_is_is_believed_to_be_right(server, site, visits, asset):
    site.assets["/a/x.css"] = (200, [("Content-Type", asset)] if asset else [])
    for _ in range(2):
        assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent")
    assert visits.early("/page/style/a/x.css")[1] == "sent" and mistakes(server) == []
