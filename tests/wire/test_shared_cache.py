# SPDX-License-Identifier: MIT
"""What a shared cache may store says nothing about one visitor: hints that came from cookies, credentials or an address stay
out of its Link, other request fields that rules read go into its Vary, and nothing of ours in it is for one client alone."""
import urllib.parse

import pytest

import outrider
from h2client import Client
from http1 import get

CONFIG = """
return {
  workers = 1,
  listen = {
    { address = "127.0.0.1:0", tls = { certificate = "t/localhost.pem", key = "t/localhost.key" } },
    { address = "127.0.0.1:0", behind = { trusted = { "127.0.0.1" }, country_header = "x-country" } },
  },
  sites = { ["*"] = { rules = "rules/*.lua", server_timing = true, routes = {
    ["/"] = { proxy = "%URL%" },
    ["/files/"] = { files = "www", max_age = 60 },
    ["/assets/"] = { files = "www" },
  } } },
  log = { access = { to = "stdout", format = "json" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
OWN = "</own.css>; rel=preload; as=style"
ALL = "</all.css>; rel=preload; as=style"
REST = "</rest.css>; rel=preload; as=style"
BOTH = [ALL, OWN]
# What makes a rule's hint one visitor's: part of the rule, and request fields with which it matches.
PERSONAL = {
    "cookie": ('when = { cookie = "session" }, hints = { style "/own.css" }', [("cookie", "session=1")]),
    "no-cookie": ('when = { no_cookie = "session" }, hints = { style "/own.css" }', []),
    "cookies": ('hints = function(req) return req.cookies.session and { style "/own.css" } or {} end', [("cookie", "session=1")]),
    "cookie-field": ('hints = function(req) return req.headers.cookie and { style "/own.css" } or {} end', [("cookie", "a=b")]),
    "credentials": ('hints = function(req) local _ = req.headers.Authorization; return { style "/own.css" } end', []),
    "header": ('when = { header = { authorization = "Bearer *" } }, hints = { style "/own.css" }', [("authorization", "Bearer x")]),
    "address": ('hints = function(req) return #req.client.address > 0 and { style "/own.css" } or {} end', []),
    "network": ('when = { network = "127.0.0.0/8" }, hints = { style "/own.css" }', []),
    "bucket": ('hints = function(req) return req.bucket("x") < 2 and { style "/own.css" } or {} end', []),
    "share": ('share = 0.9999999, hints = { style "/own.css" }', []),
    "condition": ('when = function(req) return req.cookies.session ~= nil end, hints = { style "/own.css" }', [("cookie", "session=1")]),
    "real-ip": ('hints = function(req) return req.headers["x-real-ip"] and { style "/own.css" } or {} end', [("x-real-ip", "::1")]),
    "final": ('when = { cookie = "session" }, final = true, hints = { style "/own.css" }', [("cookie", "session=1")]),
    "response": ('phase = "response", hints = function(req, res) return req.cookies.session and { style "/own.css" } or {} end',
                 [("cookie", "session=1")]),
}
# Rules that read other fields, and the names that they read.
READING = {
    "header": ('when = { header = { ["X-Device"] = "tablet" } }, hints = { style "/own.css" }', {"x-device"}),
    "language": ('when = { language = { "de" } }, hints = { style "/own.css" }', {"accept-language"}),
    "saving": ('when = { save_data = true }, hints = { style "/own.css" }', {"save-data"}),
    "function": ('hints = function(req) local _ = req.headers["X-Foo"], req.headers["x-bar"]; return {} end', {"x-foo", "x-bar"}),
    "navigation": ('hints = function(req) return req.client.navigation and { style "/own.css" } or {} end', {"sec-fetch-mode"}),
    "best-language": ('hints = function(req) local _ = req.language{ "de" }; return {} end', {"accept-language"}),
    "condition": ('when = function(req) return req.headers["x-foo"] end, hints = { style "/own.css" }', {"x-foo"}),
    "response": ('phase = "response", hints = function(req, res) local _ = req.headers["x-foo"], res.headers.etag; return {} end', {"x-foo"}),
}


def rules():
    text = 'rule { name = "all", path = "/**", hints = { style "/all.css" } }\n'
    for kind, table in (("personal", PERSONAL), ("reading", READING)):
        for name, (part, _) in table.items():
            text += f'rule {{ name = "{kind} {name}", path = "/{kind}/{name}", {part} }}\n'
    return text + """
rule { name = "rest", path = "/personal/final", hints = { style "/rest.css" } }
rule { name = "own file", path = { "/files/*", "/assets/*.html" }, when = { cookie = "session" }, hints = { style "/own.css" } }
rule { name = "reading file", path = "/files/*", hints = function(req) local _ = req.headers["x-foo"]; return {} end }
rule { name = "asset", path = "/with-asset", hints = { style "/assets/kept.css" } }
"""


@pytest.fixture
def server(serve, application, tmp_path):
    def answer(request, connection):
        """The query says with which status and fields."""
        fields = urllib.parse.parse_qsl(urllib.parse.urlsplit(request.target).query)
        status = next((int(value) for name, value in fields if name == "status"), 200)
        fields = [(name, value) for name, value in fields if name != "status"]
        if status == 304:
            connection.send("HTTP/1.1 304 Not Modified\r\n" + "".join(f"{n}: {v}\r\n" for n, v in fields) + "\r\n")
        else:
            connection.reply(status, "page", headers=fields)

    outrider.certificate(tmp_path / "t", "localhost")
    page = "<title>page</title>" + "p" * 2000
    return serve(CONFIG.replace("%URL%", application(answer).url),
                 files={"www/page.html": page, "www/kept.css": "body{}", "rules/r.lua": rules()})


def says(path, *fields, **more):
    return path + "?" + urllib.parse.urlencode([*fields, *((name.replace("_", "-"), value) for name, value in more.items())])


def direct(server, **options):
    return Client(server.address(0), tls=True, push=False, **options)


def vary(answer):
    return [name.strip().lower() for value in answer.all("vary") for name in value.split(",")]


def delivered(server, target):
    line = server.wait_for_access(lambda line: line["target"] == target)
    return {d["url"]: (d["how"], d["reason"]) for d in line["deliveries"]}


def links_by_case(client, **said):
    return {name: client.get(says(f"/personal/{name}", **said), headers=fields).all("link") for name, (_, fields) in PERSONAL.items()}


def in_all_cases(links):
    return {name: links for name in PERSONAL}


def test_what_may_not_be_stored_has_the_full_list(server):
    with direct(server) as client:
        assert links_by_case(client, cache_control="private") == in_all_cases(BOTH)
        assert links_by_case(client, cache_control="no-store, max-age=60") == in_all_cases(BOTH)
        assert links_by_case(client) == in_all_cases(BOTH)
    with Client(server.address(1), push=False) as client:
        assert links_by_case(client, cache_control="max-age=60, private") == in_all_cases(BOTH)


def test_what_may_be_stored_has_nothing_of_one_visitor(server):
    with direct(server) as client:
        assert links_by_case(client, cache_control="public") == in_all_cases([ALL])
    target = says("/personal/cookie", cache_control="public")
    assert delivered(server, target) == {"/all.css": ("link", "not_navigation"), "/own.css": ("none", "shared_cache")}


def test_behind_a_balancer_a_cache_may_store_what_says_nothing(server):
    with Client(server.address(1), push=False) as client:
        assert links_by_case(client) == in_all_cases([ALL]) | {"header": BOTH}  # whose request has an authorization
    answer = get(server.address(1), "/personal/cookie", "Cookie: session=1")
    assert answer.all("link") == [ALL]


@pytest.mark.parametrize("fields, stored", [
    ([("cache-control", "max-age=60")], True),
    ([("cache-control", "s-maxage=5, max-age=0")], True),
    ([("cache-control", 'private="set-cookie", max-age=60')], True),
    ([("Cache-Control", "MAX-AGE=60")], True),
    ([("expires", "Thu, 01 Jan 2099 00:00:00 GMT")], True),
    ([("cdn-cache-control", "max-age=60"), ("cache-control", "private")], True),
    ([("cache-control", "max-age=60"), ("cache-control", "private")], False),
    ([("cache-control", "no-cache")], False),
    ([("x-cache-control", "public")], False),
    ([], False),
])
def test_which_words_let_a_cache_store(server, fields, stored):
    with direct(server) as client:
        page = client.get(says("/personal/cookie", *fields), headers=[("cookie", "session=1")])
        assert page.all("link") == ([ALL] if stored else BOTH)


@pytest.mark.parametrize("word, stored", [("max-age=60", False), ("max-age=60, public", True), ("s-maxage=60", True)])
def test_a_request_with_authorization_is_stored_only_when_that_is_said(server, word, stored):
    with direct(server) as client:
        page = client.get(says("/personal/address", cache_control=word), headers=[("authorization", "Bearer x")])
        assert page.all("link") == ([ALL] if stored else BOTH)


def test_a_cache_that_says_so_in_via_may_store_what_says_nothing(server):
    with direct(server) as client:
        assert client.get("/personal/address", headers=[("via", "1.1 cache")]).all("link") == [ALL]
        assert client.get("/personal/address").all("link") == BOTH


def test_behind_a_final_rule_that_read_cookies_all_is_personal(server):
    with direct(server) as client:
        stored, kept = says("/personal/final", cache_control="public"), says("/personal/final", cache_control="private")
        assert client.get(stored).all("link") == [ALL]
        assert client.get(kept).all("link") == [ALL, REST]
        assert client.get(kept, headers=[("cookie", "session=1")]).all("link") == BOTH
    assert delivered(server, stored)["/rest.css"] == ("none", "shared_cache")


def test_it_still_goes_by_push_or_103_which_no_cache_stores(server):
    fields = [("cookie", "session=1"), ("sec-fetch-mode", "navigate")]
    with direct(server) as client:
        page = client.get(says("/personal/cookie", cache_control="public"), headers=fields)
        assert [value for name, value in page.informational[0] if name == "link"] == BOTH and page.all("link") == [ALL]
    with Client(server.address(0), tls=True) as client:
        page = client.get(says("/personal/cookie", cache_control="public"), headers=fields)
        assert client.pushed_paths(page) == ["/all.css", "/own.css"] and page.all("link") == [ALL]


def test_fields_that_rules_read_are_in_vary(server):
    with direct(server) as client:
        for name, (_, fields) in READING.items():
            page = client.get(says(f"/reading/{name}", cache_control="public"))
            assert set(vary(page)) == fields, name
            merged = client.get(says(f"/reading/{name}", ("vary", "Accept-Encoding"), ("vary", "X-Foo"), cache_control="public"))
            assert sorted(vary(merged)) == sorted({"accept-encoding", "x-foo"} | fields), name
        assert vary(client.get(says("/reading/header", cache_control="public", vary="*"))) == ["*"]
        matching = client.get(says("/reading/header", cache_control="public"), headers=[("x-device", "tablet")])
        assert vary(matching) == ["x-device"] and matching.all("link") == BOTH
        assert vary(client.get(says("/other", cache_control="public"))) == []
    assert vary(get(server.address(1), "/reading/function")) == ["x-bar", "x-foo"]


def test_nothing_personal_is_named_in_vary(server):
    with direct(server) as client:
        for name, (_, fields) in PERSONAL.items():
            assert vary(client.get(says(f"/personal/{name}", cache_control="public"), headers=fields)) == [], name


@pytest.mark.parametrize("fields", [{"cache_control": "public"}, {}], ids=["public", "behind, without a word"])
def test_a_304_says_what_the_page_would(server, fields):
    """A cache takes the fields of a 304 over into what it has stored (RFC 9111 4.3.4)."""
    client = direct(server) if fields else Client(server.address(1), push=False)
    with client:
        condition = [("if-none-match", '"x"'), ("cookie", "session=1")]
        personal = client.get(says("/personal/cookie", status=304, **fields), headers=condition)
        assert (personal.status, personal.all("link")) == (304, [ALL])
        read = client.get(says("/reading/function", status=304, vary="Accept-Encoding", **fields), headers=condition)
        assert read.status == 304 and sorted(vary(read)) == ["accept-encoding", "x-bar", "x-foo"]


def test_files_keep_their_own_vary(server):
    session = [("cookie", "session=1")]
    with direct(server) as client:
        page = client.get("/files/page.html", headers=[*session, ("accept-encoding", "gzip")])
        assert page.header("content-encoding") == "gzip"
        assert sorted(vary(page)) == ["accept-encoding", "x-foo"] and page.all("link") == [ALL]
        again = client.get("/files/page.html", headers=[*session, ("if-none-match", page.header("etag"))])
        assert again.status == 304 and "x-foo" in vary(again) and again.all("link") == [ALL]
        assert client.get("/assets/page.html", headers=session).all("link") == BOTH


def test_cookie_and_server_timing_are_for_one_client(server):
    for word, stored in (("max-age=60", True), ("private", False)):
        with Client(server.address(0), tls=True) as client:
            page = client.get(says("/with-asset", cache_control=word))
            assert client.pushed_paths(page) == ["/all.css", "/assets/kept.css"]
            assert bool(page.all("set-cookie")) == bool(page.all("server-timing")) == (not stored), word
    with Client(server.address(1), push=False) as client:
        assert client.get("/with-asset").all("server-timing") == []
        assert len(client.get(says("/with-asset", cache_control="private")).all("server-timing")) == 1
