# SPDX-License-Identifier: MIT
"""What a site says about its pages' delivery, and what a client says about itself: early_hints, push, server_timing, the
policy in the 103, no-early-hints, Save-Data, conditional requests, prefetching."""
import re

import pytest

import outrider
from h2client import Client

CONFIG = """
return {
  workers = 1,
  listen = { { address = "127.0.0.1:0", tls = { certificate = "t/localhost.pem", key = "t/localhost.key" } } },
  sites = { ["*"] = { rules = "rules/*.lua", %SITE% routes = {
    ["/"] = { proxy = "%URL%", headers = { %HEADERS% } },
    ["/files/"] = { files = "www" },
    ["/assets/"] = { files = "www", max_age = 60 },
  } } },
  log = { access = { to = "stdout", format = "json" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
RULES = """
rule { name = "page", path = { "/page", "/files/page.html" }, hints = { style "/assets/a.css", script "/assets/a.js" } }
rule { name = "late", path = "/late", phase = "response", hints = { style "/assets/a.css" } }
rule { name = 'odd "name" \\\\ of a rule', path = "/odd", hints = { style "/assets/a.css?x", preconnect "https://cdn.example" } }
rule { name = "many", path = "/many", hints = function(req)
  local list = {}
  for i = 1, 64 do list[i] = style("/assets/" .. ("long"):rep(50) .. i .. ".css") end
  return list
end }
"""
LINKS = ["</assets/a.css>; rel=preload; as=style", "</assets/a.js>; rel=preload; as=script"]
PATHS = ["/assets/a.css", "/assets/a.js"]
NAVIGATES = [("sec-fetch-mode", "navigate")]
ETAG = '"version-1"'


@pytest.fixture
def start(serve, application, tmp_path):
    """start(site="keys of the site,", headers="of the route") → a running server."""
    def answer(request, connection):
        connection.sleep(0.03)  # a page that comes within 10 ms is as soon as a 103
        if ETAG in request.headers.get("if-none-match", ""):
            link = "link: </assets/own.css>; rel=preload; as=style\r\n" if request.target == "/own" else ""
            connection.send(f"HTTP/1.1 304 Not Modified\r\netag: {ETAG}\r\n{link}\r\n")
        elif request.target == "/own":
            connection.reply(200, "page", headers=[("Link", "</assets/own.css>; rel=preload; as=style")])
        else:
            connection.reply(200, "page", headers=[("ETag", ETAG)])

    outrider.certificate(tmp_path / "t", "localhost")

    def run(site="", headers=""):
        config = CONFIG.replace("%SITE%", site).replace("%HEADERS%", headers).replace("%URL%", application(answer).url)
        files = {f"www/{name}": name for name in ("page.html", "a.css", "a.js", "own.css")}
        return serve(config, files={**files, "rules/r.lua": RULES})
    return run


def connected(server, **options):
    return Client(server.address(), tls=True, **options)


def field(head, name):
    return [value for key, value in head if key == name]


def decided(server, target="/page"):
    line = server.wait_for_access(lambda line: line["target"] == target)
    return {(d["how"], d["reason"]) for d in line["deliveries"]}


def test_early_hints_go_to_navigations(start):
    server = start()
    with connected(server, push=False) as client:
        assert client.get("/page").informational == []
        page = client.get("/page", headers=NAVIGATES)
        assert [field(head, "link") for head in page.informational] == [LINKS] and page.all("link") == LINKS


def test_early_hints_off(start):
    server = start(site='early_hints = "off",')
    with connected(server, push=False) as client:
        page = client.get("/page", headers=NAVIGATES)
        assert page.informational == [] and page.all("link") == LINKS
    assert decided(server) == {("link", "early_hints_off")}
    with connected(server) as client:
        assert client.pushed_paths(client.get("/page", headers=NAVIGATES)) == PATHS


def test_early_hints_for_all(start):
    server = start(site='early_hints = "all",')
    with connected(server, push=False) as client:
        for fields in ([], [("sec-fetch-mode", "cors")], NAVIGATES):
            page = client.get("/page", headers=fields)
            assert [field(head, "link") for head in page.informational] == [LINKS] and page.all("link") == LINKS
        for fields in ([("user-agent", "Googlebot/2.1")], [("sec-purpose", "prefetch")]):
            assert client.get("/page", headers=fields).informational == []
        assert client.get("/files/page.html").informational == []
        head = client.get("/page", method="HEAD")
        assert head.informational == [] and head.all("link") == LINKS


def test_a_site_that_pushes_nothing(start):
    server = start(site="push = false,")
    with connected(server) as client:
        for target in ("/page", "/files/page.html", "/own"):
            assert client.get(target).pushes == {}
        assert client.get("/page").all("link") == LINKS
    assert decided(server) == {("link", "push_off")}
    with connected(server, push=False) as client:
        assert len(client.get("/page", headers=NAVIGATES).informational) == 1


def test_where_nothing_is_pushed_who_takes_pushes_and_navigates_gets_a_103(start):
    """As from budget_bytes = 0: to say push = false must not cost such a browser all that comes early."""
    server = start(site="push = false,")
    with connected(server) as client:
        page = client.get("/page", headers=NAVIGATES)
        assert page.pushes == {} and [field(head, "link") for head in page.informational] == [LINKS]


METRIC = r'outrider;desc="((?:[^"\\]|\\["\\])*)"'


def timings(answer):
    """The descriptions in a Server-Timing field that is well formed (RFC 9110 5.6.4)."""
    (value,) = answer.all("server-timing")
    assert re.fullmatch(f"{METRIC}(, {METRIC})*", value) and value.isascii() and value.isprintable(), value
    return [re.sub(r"\\(.)", r"\1", text) for text in re.findall(METRIC, value)]


def test_server_timing_says_what_was_delivered(start):
    server = start(site="server_timing = true,")
    with connected(server) as client:
        assert timings(client.get("/page")) == [f"push {path} (page)" for path in PATHS]
        assert timings(client.get("/page")) == [f"link {path} (page, already_sent)" for path in PATHS]
        assert timings(client.get("/own")) == ["push /assets/own.css (application)"]
        assert client.get("/assets/a.css").all("server-timing") == []
    with connected(server, push=False) as client:
        page = client.get("/page", headers=NAVIGATES)
        assert timings(page) == [f"early_hints {path} (page)" for path in PATHS]
        assert field(page.informational[0], "server-timing") == []
        assert timings(client.get("/page")) == [f"link {path} (page, not_navigation)" for path in PATHS]


def test_server_timing_stays_well_formed_and_short(start):
    server = start(site="server_timing = true,")
    with connected(server, push=False) as client:
        style, preconnect = timings(client.get("/odd"))
        assert 'odd "name" \\ of a rule' in style and 'odd "name" \\ of a rule' in preconnect
        many = timings(client.get("/many"))
        assert many[-1] == f"and {64 - (len(many) - 1)} more" and len(", ".join(many)) < 4096


def test_server_timing_is_an_option(start):
    with connected(start()) as client:
        assert client.get("/page").all("server-timing") == []


@pytest.mark.parametrize("value, out", [("?1", True), ("1", True), ("", True), ("please", True), ("?0", False)])
def test_a_client_may_want_nothing_early(start, value, out):
    server = start()
    with connected(server, push=False) as client:
        page = client.get("/page", headers=[*NAVIGATES, ("no-early-hints", value)])
        assert len(page.informational) == (0 if out else 1) and page.all("link") == LINKS
    assert decided(server) == {("link", "client_opted_out") if out else ("early_hints", "sent")}
    with connected(server) as client:
        assert client.pushed_paths(client.get("/page?push", headers=[("no-early-hints", value)])) == ([] if out else PATHS)
    assert decided(server, "/page?push") == {("link", "client_opted_out") if out else ("push", "sent")}


def test_who_saves_data_is_pushed_nothing(start):
    server = start()
    with connected(server) as client:
        page = client.get("/page", headers=[("save-data", "on")])
        assert page.pushes == {} and page.informational == [] and page.all("link") == LINKS
        page = client.get("/page?navigates", headers=[("save-data", "on"), *NAVIGATES])
        assert page.pushes == {} and [field(head, "link") for head in page.informational] == [LINKS]
        assert client.pushed_paths(client.get("/page", headers=[("save-data", "off")])) == PATHS
    assert decided(server) == {("link", "save_data")}
    assert decided(server, "/page?navigates") == {("early_hints", "save_data")}


@pytest.mark.parametrize("fields", [[("sec-purpose", "prefetch")], [("sec-purpose", "prefetch;prerender")], [("purpose", "prefetch")],
                                    [("x-moz", "prefetch")]])
def test_a_prefetch_gets_link_alone(start, fields):
    server = start()
    for push in (False, None):
        with connected(server, push=push) as client:
            page = client.get("/page", headers=[*NAVIGATES, *fields])
            assert page.informational == [] and page.pushes == {} and page.all("link") == LINKS
    assert decided(server) == {("link", "prefetch")}


POLICY = "default-src 'self'; img-src *"


@pytest.mark.parametrize("value, policies", [(f'"{POLICY}"', [POLICY]), ('{ "default-src *", "img-src *" }', ["default-src *", "img-src *"])])
def test_the_policy_is_in_the_103_and_in_the_page(start, value, policies):
    server = start(headers=f'["Content-Security-Policy"] = {value}, ["X-Frame-Options"] = "DENY"')
    with connected(server, push=False) as client:
        page = client.get("/page", headers=NAVIGATES)
        (early,) = page.informational
        assert field(early, "content-security-policy") == policies == page.all("content-security-policy")
        names = [name for name, _ in early]
        assert names.index("content-security-policy") < names.index("link") and field(early, "x-frame-options") == []
        assert page.header("x-frame-options") == "DENY"


def test_a_policy_that_is_taken_out_is_not_in_the_103(start):
    server = start(headers='["content-security-policy"] = false')
    with connected(server, push=False) as client:
        (early,) = client.get("/page", headers=NAVIGATES).informational
        assert field(early, "content-security-policy") == []


@pytest.mark.parametrize("target", ["/page", "/files/page.html"])
def test_nothing_is_pushed_for_a_page_that_has_not_changed(start, target):
    server = start()
    with connected(server, push=False) as client:
        first = client.get(target + "?first")
    conditions = [[("if-none-match", first.header("etag"))]]
    if target != "/page":
        conditions.append([("if-modified-since", first.header("last-modified"))])
    for condition in conditions:
        with connected(server) as client:
            page = client.get(target, headers=condition)
            assert page.status == 304 and page.pushes == {} and page.all("link") == LINKS
    assert decided(server, target) == {("link", "conditional_request")}


@pytest.mark.parametrize("target", ["/late", "/own"])
def test_nothing_is_pushed_late_for_a_page_that_has_not_changed(start, target):
    """Neither for a rule of the response phase nor for the application's Link."""
    server = start()
    with connected(server) as client:
        page = client.get(target, headers=[("if-none-match", ETAG)])
        assert page.status == 304 and page.pushes == {} and len(page.all("link")) == 1
    assert decided(server, target) == {("link", "conditional_request")}


@pytest.mark.parametrize("target", ["/page", "/files/page.html"])
@pytest.mark.parametrize("condition", [("if-none-match", '"older"'), ("if-modified-since", "Thu, 01 Jan 1998 00:00:00 GMT")])
def test_a_page_that_has_changed_is_pushed_for_before_its_head(start, target, condition):
    server = start()
    with connected(server) as client:
        page = client.get(target, headers=[condition])
        assert page.status == 200 and client.pushed_paths(page) == PATHS and page.all("link") == LINKS
        promises = [i for i, (name, _) in enumerate(client.events) if name == "PushedStreamReceived"]
        assert max(promises) < client.position("ResponseReceived", page.stream_id)
        assert all(client.responses[stream].status == 200 for stream in page.pushes)
        again = client.get(target, headers=[condition])
        assert again.status == 200 and again.pushes == {}
    assert decided(server, target) == {("push", "sent")}
