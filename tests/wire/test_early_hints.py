# SPDX-License-Identifier: MIT
"""103 Early Hints: to navigating HTTP/2 clients that take no pushes, once, when the page is not at hand."""
import socket

import pytest

from h2client import Client

CONFIG = """
return {
  workers = 1,
  listen = {
    { address = "127.0.0.1:0" },
    { address = "127.0.0.1:0", behind = { trusted = { "127.0.0.1" }, passes_103 = true } },
    { address = "127.0.0.1:0", behind = { trusted = { "127.0.0.1" } } },
  },
  sites = { ["*"] = { rules = "rules/*.lua", routes = {
    ["/"] = { proxy = "%URL%" },
    ["/files/"] = { files = "www" },
    ["/fresh/"] = { files = "www", headers = { ["cache-control"] = "no-store" } },
  } } },
  log = { access = { to = "stdout", format = "json" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
RULES = """
rule { name = "page", path = "/page", hints = {
  style "/app.css", module "/m.js", preconnect "https://cdn.example",
  image("/hero.avif", { imagesrcset = "/hero.avif 1x", media = "(min-width: 1px)" }) } }
rule { name = "files", path = "/files/**", hints = { style "/app.css" } }
rule { name = "fresh", path = "/fresh-page", hints = { style "/fresh/index.css", style "/app.css" } }
rule { name = "redirect", path = "/moved", hints = { style "/app.css" } }
"""
CHROMIUM = [("sec-fetch-mode", "navigate"),
            ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36")]
FIREFOX = [("sec-fetch-mode", "navigate"),
           ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0")]
SAFARI = [("sec-fetch-mode", "navigate"),
          ("user-agent", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                         "Version/17.4 Safari/605.1.15")]


PUSH_ONLY = "</shown.css>; rel=preload; as=style, </more.css>; rel=preload; as=style; x-http2-push-only"


def links(fields):
    return [value for name, value in fields if name == "link"]


@pytest.fixture
def server(serve, application):
    def slow(request, connection):
        if request.target == "/with103":
            connection.send("HTTP/1.1 103 Early Hints\r\nLink: </up.css>; rel=preload; as=style\r\nX-Other: y\r\n\r\n"
                            "HTTP/1.1 103 Early Hints\r\nLink: </second.css>; rel=preload; as=style\r\n\r\n")
        connection.sleep(0.2)
        if request.target == "/moved":
            connection.reply(302, headers=[("Location", "/page")], reason="Found")
        elif request.target == "/with-link":
            connection.reply(200, "page", headers=[("Link", "</own.css>; rel=preload; as=style"), ("Link", "<https://x.example>; rel=preconnect")])
        elif request.target == "/with-push-only":
            connection.reply(200, "page", headers=[("Link", "</own.css>; rel=preload; as=style; x-http2-push-only"), ("Link", PUSH_ONLY)])
        elif request.target == "/a%2Fb/page":
            connection.reply(200, "page", headers=[("Link", "<own.css>; rel=preload; as=style")])
        else:
            connection.reply(200, "page", headers=[("Content-Type", "text/html")])

    return serve(CONFIG.replace("%URL%", application(slow).url), files={"www/index.html": "file", "www/index.css": "p{}", "rules/r.lua": RULES})


def test_one_103_then_the_page(server):
    with Client(server.address(), push=False) as client:
        page = client.get("/page", headers=CHROMIUM)
        assert [dict(head)[":status"] for head in page.informational] == ["103"]
        assert links(page.informational[0]) == [
            "</app.css>; rel=preload; as=style", "</m.js>; rel=modulepreload",
            "<https://cdn.example>; rel=preconnect"]
        assert client.position("InformationalResponseReceived", page.stream_id) < client.position("ResponseReceived", page.stream_id)
        assert page.status == 200 and page.body == b"page"
        # Of what the browser chooses only Link can tell under which condition.
        assert page.all("link")[3:] == ["</hero.avif>; rel=preload; as=image; media=\"(min-width: 1px)\"; imagesrcset=\"/hero.avif 1x\""]
    line = server.wait_for_access(lambda line: line["target"] == "/page")
    assert line["early_hints"] and [(d["how"], d["reason"]) for d in line["deliveries"]] == [("early_hints", "sent")] * 3 + [
        ("link", "browser_chooses")]


def test_families(server):
    with Client(server.address(), push=False) as client:
        firefox = client.get("/page", headers=FIREFOX)
        assert len(firefox.informational) == 1
        assert "</m.js>; rel=modulepreload" in links(firefox.informational[0])
        unknown = client.get("/page", headers=[("sec-fetch-mode", "navigate"), ("user-agent", "SomeBrowser/5")])
        assert len(unknown.informational) == 1
        assert not any("modulepreload" in link for link in links(unknown.informational[0]))
        safari = client.get("/page", headers=SAFARI)
        assert [links(head) for head in safari.informational] == [["<https://cdn.example>; rel=preconnect"]]
        assert len(safari.all("link")) == 4


@pytest.mark.parametrize("headers, why", [
    ([], "not_navigation"),
    ([("sec-fetch-mode", "cors")], "not_navigation"),
    ([*CHROMIUM, ("sec-purpose", "prefetch")], "prefetch"),
    ([("sec-fetch-mode", "navigate"), ("user-agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")], "bot"),
])
def test_link_alone(server, headers, why):
    with Client(server.address(), push=False) as client:
        page = client.get("/page", headers=headers)
        assert page.informational == []
        assert len(page.all("link")) == 4
    line = server.wait_for_access(lambda line: line["target"] == "/page")
    assert why in {d["reason"] for d in line["deliveries"]}


def test_a_file_is_at_hand(server):
    with Client(server.address(), push=False) as client:
        page = client.get("/files/index.html", headers=CHROMIUM)
        assert page.informational == [] and len(page.all("link")) == 1
    line = server.wait_for_access(lambda line: line["target"] == "/files/index.html")
    assert [d["reason"] for d in line["deliveries"]] == ["answer_ready"]


def test_a_client_that_takes_pushes_gets_no_103(server):
    with Client(server.address()) as client:
        page = client.get("/page", headers=CHROMIUM)
        assert page.informational == []
        assert client.pushed_paths(page) == ["/app.css", "/m.js"]


def test_the_application_s_103_is_sent_on_once(server):
    with Client(server.address(), push=False) as client:
        page = client.get("/with103", headers=CHROMIUM)
        assert [links(head) for head in page.informational] == [["</up.css>; rel=preload; as=style"]]
        assert "x-other" not in dict(page.informational[0])
        assert client.get("/with103").informational == []
    with Client(server.address()) as client:
        assert client.pushed_paths(client.get("/with103")) == ["/up.css", "/second.css"]


def test_the_application_s_link_fields_are_pushed(server):
    with Client(server.address()) as client:
        page = client.get("/with-link")
        assert client.pushed_paths(page) == ["/own.css"]
        promise = next(i for i, (name, _) in enumerate(client.events) if name == "PushedStreamReceived")
        assert promise < client.position("ResponseReceived", page.stream_id)
        assert page.all("link") == ["</own.css>; rel=preload; as=style", "<https://x.example>; rel=preconnect"]


def test_what_the_application_wants_pushed_and_not_shown(server):
    """A proxy in front may be the one to push it, and is told."""
    shown = ["</shown.css>; rel=preload; as=style"]
    with Client(server.address()) as client:
        page = client.get("/with-push-only")
        assert client.pushed_paths(page) == ["/own.css", "/shown.css", "/more.css"] and page.all("link") == shown
    with Client(server.address(), push=False) as client:
        assert client.get("/with-push-only").all("link") == shown
    with Client(server.address(2)) as client:
        assert client.get("/with-push-only").all("link") == ["</own.css>; rel=preload; as=style; x-http2-push-only", PUSH_ONLY]


def test_links_are_relative_to_the_page_as_the_client_wrote_it(server):
    with Client(server.address()) as client:
        assert client.pushed_paths(client.get("/a%2Fb/page")) == ["/a%2Fb/own.css"]


def test_a_redirect_carries_no_link(server):
    with Client(server.address(), push=False) as client:
        page = client.get("/moved", headers=CHROMIUM)
        assert page.status == 302 and page.all("link") == []


def http1(address, target, *fields):
    with socket.create_connection(address) as sock:
        lines = [f"GET {target} HTTP/1.1", "Host: localhost", "Connection: close", *fields, "", ""]
        sock.sendall("\r\n".join(lines).encode())
        data = b""
        while more := sock.recv(65536):
            data += more
        return data.decode()


NAVIGATE = [f"{name}: {value}" for name, value in CHROMIUM]


def test_http1_gets_a_103_only_through_a_proxy_that_passes_it(server):
    assert "103" not in http1(server.address(0), "/page", *NAVIGATE)
    assert "103" not in http1(server.address(2), "/page", *NAVIGATE)
    answer = http1(server.address(1), "/page", *NAVIGATE)
    assert answer.startswith("HTTP/1.1 103 Early Hints\r\nlink: </app.css>; rel=preload; as=style\r\n")
    assert "\r\n\r\nHTTP/1.1 200 OK\r\n" in answer and answer.endswith("page")


def test_what_is_fetched_twice_stays_out_of_a_103_behind_a_proxy_too(server):
    http1(server.address(1), "/fresh-page?first", *NAVIGATE)
    http1(server.address(1), "/fresh/index.css")
    early, _, _ = http1(server.address(1), "/fresh-page", *NAVIGATE).partition("\r\n\r\n")
    assert early.startswith("HTTP/1.1 103 ") and "/app.css" in early and "/fresh/" not in early
    line = server.wait_for_access(lambda line: line["target"] == "/fresh-page")
    assert [(d["how"], d["reason"]) for d in line["deliveries"]] == [("link", "not_cacheable"), ("early_hints", "sent")]


def test_behind_a_proxy_nothing_is_pushed(server):
    with Client(server.address(2)) as client:
        page = client.get("/page", headers=[("x-forwarded-for", "192.0.2.9"), ("x-forwarded-proto", "https")])
        assert page.pushes == {} and len(page.all("link")) == 4
    line = server.wait_for_access(lambda line: line["target"] == "/page")
    assert line["client"] == "192.0.2.9" and line["peer"] == "127.0.0.1"
    assert "behind_proxy" in {d["reason"] for d in line["deliveries"]}
