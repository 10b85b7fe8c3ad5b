# SPDX-License-Identifier: MIT
"""Rules on the running server: what goes wrong in one never costs the page, and SIGHUP swaps them in place."""
import time

import pytest

from h2client import Client
from outrider import wait_until

CONFIG = """
return {
  workers = 2,
  listen = { { address = "127.0.0.1:0" } },
  sites = { ["*"] = { rules = "rules/*.lua", routes = { ["/"] = { files = "www", fallback = "/index.html",
    headers = { ["cache-control"] = "private" } } } } },
  log = { access = { to = "stdout", format = "json" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
GOOD = 'rule { name = "good", path = "/**", hints = { style "/good.css" } }\n'
BAD = {
    "raises": ("error('out of order')", "out of order"),
    "a number": ("return 5", "number"),
    "no slash": ('return { style "no-slash.css" }', "no-slash.css"),
    "10,000 entries": ('local t = {} for i = 1, 10000 do t[i] = style("/x" .. i .. ".css") end return t', ("more than 64", "CPU time")),
    "for ever": ("while true do end", "time"),
    "for ever, swallowing errors": ("while true do pcall(function() while true do end end) end", "time"),
    "memory": ("return ('x'):rep(2 ^ 30)", "memory"),
    "a pattern that backtracks": ("return ('a'):rep(8000):find('a-a-a-a-a-b') and {}", ("pattern", "CPU time")),
    "nil field": ("return req.client.nothing.here", "nothing"),
    "recursion": ("local function f() return 1 + f() end return f()", "stack"),
    "a global": ("leaked = 1", "leaked"),
}


@pytest.mark.parametrize("body, word", BAD.values(), ids=BAD.keys())
def test_a_rule_that_fails_costs_its_own_hints_alone(serve, body, word):
    rules = f'rule {{ name = "bad one", path = "/**", hints = function(req) {body} end }}\n'
    server = serve(CONFIG, files={"www/index.html": "page", "rules/0.lua": GOOD, "rules/a.lua": rules})
    with Client(server.address(), push=False) as client:
        for _ in range(3):
            began = time.monotonic()
            page = client.get("/x")
            assert page.status == 200 and page.body == b"page"
            assert page.all("link")[0] == "</good.css>; rel=preload; as=style"
            assert time.monotonic() - began < 5
    log = server.log()
    assert "rules/a.lua:1" in log and "bad one" in log
    assert any(one in log for one in ([word] if isinstance(word, str) else word)), log
    assert log.count("bad one") < 3  # once a minute, not once a request
    assert server.status()["rule_failures"]["bad one"] == 3


def test_another_host_s_url_is_linked_not_pushed(serve):
    rules = 'rule { name = "other", path = "/**", hints = function(req) return { style "https://other.example/x.css" } end }'
    server = serve(CONFIG, files={"www/index.html": "page", "rules/a.lua": rules})
    with Client(server.address()) as client:
        page = client.get("/")
        assert page.pushes == {} and page.all("link") == ["<https://other.example/x.css>; rel=preload; as=style"]


def test_what_a_function_sees(serve):
    rules = """
rule { name = "sees", path = "/shop/{section}/{id}", methods = nil, hints = function(req)
  local told = { req.method, req.path, req.params.section, req.params.id, req.query.q or "-", req.cookies.session or "-",
    req.headers["X-Thing"] or "-", req.host, req.scheme, req.protocol, req.client.address, req.client.family,
    req.language { "en", "de" } or "-", tostring(req.client.accepts_push), req.query_string }
  return { style("/told/" .. table.concat(told, ";"):gsub("[^%w;/._-]", "_") .. ".css") }
end }"""
    server = serve(CONFIG, files={"www/index.html": "page", "rules/a.lua": rules.replace(" methods = nil,", "")})
    with Client(server.address(), push=False) as client:
        page = client.get("/shop/a%20b/7?q=hello+you", headers=[
            ("cookie", "x=1; session=abc"), ("x-thing", "y"), ("accept-language", "fr, de;q=0.8, en;q=0.5"),
            ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0")])
    told = page.all("link")[0].split(">")[0].removeprefix("</told/").removesuffix(".css").split(";")
    assert told == ["GET", "/shop/a_b/7", "a_b", "7", "hello_you", "abc", "y", "localhost", "http", "HTTP/2", "127.0.0.1", "firefox",
                    "de", "false", "q_hello_you"]


def test_response_phase(serve):
    rules = """
rule { name = "after", path = "/**", phase = "response", hints = function(req, res)
  if res.status == 200 and res.headers["content-type"] == "text/html" then return { style "/late.css" } end
end }"""
    server = serve(CONFIG, files={"www/index.html": "page", "www/late.css": "late", "www/x.txt": "text", "rules/a.lua": rules})
    with Client(server.address()) as client:
        page = client.get("/")
        assert client.pushed_paths(page) == ["/late.css"]
        promise = next(i for i, (name, _) in enumerate(client.events) if name == "PushedStreamReceived")
        assert promise < client.position("ResponseReceived", page.stream_id)
        assert client.get("/x.txt").all("link") == []


def test_captures_order_final_and_conditions(serve):
    rules = """
rule { name = "1", path = "/f/{lang}", hints = { font "/fonts/{lang}.woff2", style "/one.css" } }
rule { name = "2", path = "/f/*", hints = { style("/one.css", { fetchpriority = "high" }), script "/two.js" }, final = true }
rule { name = "3", path = "/**", hints = { script "/never.js" } }
rule { name = "4", path = "/**", when = { cookie = "beta" }, hints = { script "/beta.js" } }
"""
    server = serve(CONFIG, files={"www/index.html": "page", "rules/a.lua": rules})
    with Client(server.address(), push=False) as client:
        assert client.get("/f/de").all("link") == [
            "</fonts/de.woff2>; rel=preload; as=font; crossorigin", "</one.css>; rel=preload; as=style",
            "</two.js>; rel=preload; as=script"]
        assert client.get("/g").all("link") == ["</never.js>; rel=preload; as=script"]
        assert client.get("/g", headers=[("cookie", "beta=1")]).all("link")[1:] == ["</beta.js>; rel=preload; as=script"]


def link_of(client, path="/"):
    return client.get(path).all("link")


def test_sighup_swaps_the_rules_and_no_connection_notices(serve):
    server = serve(CONFIG, files={"www/index.html": "page", "rules/a.lua": GOOD})
    with Client(server.address(), push=False) as client:
        assert link_of(client) == ["</good.css>; rel=preload; as=style"]
        server.write("rules/a.lua", GOOD.replace("good", "better"))
        server.reload()
        wait_until("generation 2", lambda: server.status()["generation"] == 2)
        assert link_of(client) == ["</better.css>; rel=preload; as=style"]
        assert client.goaway is None


def test_sighup_with_a_broken_file_changes_nothing(serve):
    server = serve(CONFIG, files={"www/index.html": "page", "rules/a.lua": GOOD})
    with Client(server.address(), push=False) as client:
        server.write("rules/a.lua", GOOD + 'rule { name = "x", pth = "/", hints = {} }\nrule { path = "/", hint = {} }')
        server.reload()
        wait_until("the error in the log", lambda: 'did you mean "hints"?' in server.log())
        assert 'a.lua:2: rule "x": unknown key "pth"; did you mean "path"?' in server.log()
        assert link_of(client) == ["</good.css>; rel=preload; as=style"]
        assert server.status()["generation"] == 1
        server.write("rules/a.lua", GOOD)
        server.reload()
        wait_until("the end of it", lambda: server.status()["last_reload"]["ok"])
        assert server.status()["generation"] == 1  # the file is again what runs
