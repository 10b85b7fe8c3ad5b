# SPDX-License-Identifier: MIT
"""Behind a real balancer, Debian's HAProxy: one connection carries many clients, so nothing is pushed and nothing is
remembered of it; a 103 goes where it is passed on; as TCP pass-through each client is its own again."""
import socket
import subprocess

import pytest

import outrider
from h2client import Client
from http1 import get

CONFIG = """
return {
  workers = 1,
  listen = {
    { address = "127.0.0.1:0", behind = { trusted = { "127.0.0.1" } } },
    { address = "127.0.0.1:0", behind = { trusted = { "127.0.0.1" }, passes_103 = true } },
    { address = "127.0.0.1:0", proxy_protocol = true, from = { "127.0.0.1" } },
  },
  sites = { ["*"] = { rules = "rules/*.lua", budget_bytes = 100000, routes = {
    ["/"] = { proxy = "%URL%" },
    ["/assets/"] = { files = "www", max_age = 60 },
  } } },
  log = { access = { to = "stdout", format = "json" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
RULES = """
rule { name = "page", path = "/page", hints = { style "/assets/app.css", script "/assets/app.js" } }
rule { name = "visitor", path = "/visitor", hints = function(req)
  local client = req.client
  return { style("/of/" .. client.address .. "/" .. req.scheme .. ".css"),
           style("/new-" .. tostring(client.new_connection) .. "-rtt-" .. tostring(client.rtt_ms) .. ".css"),
           not req.sent("/assets/app.css") and style "/unsent.css" or nil }
end }
"""
# `fd@` takes a socket that is listening already; one thread, so that one connection to the server is enough for all.
HAPROXY = """
global
  nbthread 1
defaults
  mode http
  timeout connect 20s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend many_clients
  bind fd@{0}
  option forwardfor
  http-request set-header x-forwarded-proto https
  default_backend one_connection
backend one_connection
  server one 127.0.0.1:{ports[0]} proto h2
frontend interim
  bind fd@{1}
  option forwardfor
  default_backend http1
backend http1
  server one 127.0.0.1:{ports[1]}
frontend http1_without
  bind fd@{2}
  default_backend without
backend without
  server one 127.0.0.1:{ports[0]}
listen passed_through
  bind fd@{3}
  mode tcp
  server one 127.0.0.1:{ports[2]} send-proxy-v2
"""
LINKS = ["</assets/app.css>; rel=preload; as=style", "</assets/app.js>; rel=preload; as=script"]
NAVIGATES = [("sec-fetch-mode", "navigate")]


@pytest.fixture
def server(serve, application):
    def answer(request, connection):
        connection.sleep(0.03)  # a page that comes within 10 ms is as soon as a 103
        connection.reply(200, "page", headers=[("Cache-Control", "private")])
    files = {"www/app.css": "body{}", "www/app.js": "1;", "rules/r.lua": RULES}
    return serve(CONFIG.replace("%URL%", application(answer).url), files=files)


@pytest.fixture
def balancer(server, tmp_path):
    """The addresses of HAProxy's four frontends."""
    listening = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
    config = tmp_path / "haproxy.cfg"
    config.write_text(HAPROXY.format(*(each.fileno() for each in listening), ports=[server.port(i) for i in range(3)]))
    log = open(tmp_path / "haproxy.log", "wb")
    process = subprocess.Popen(["/usr/sbin/haproxy", "-db", "-f", config], stdout=log, stderr=log,
                               pass_fds=[each.fileno() for each in listening])
    yield [each.getsockname() for each in listening]
    for each in listening:
        each.close()
    ended = process.poll()
    process.terminate()
    process.wait(10)
    log.close()
    assert ended is None, (tmp_path / "haproxy.log").read_text()


def decided(server, target):
    line = server.wait_for_access(lambda line: line["target"] == target)
    return {(d["how"], d["reason"]) for d in line["deliveries"]}


def test_two_clients_on_one_connection(server, balancer):
    before = server.status()["totals"]["connections"]
    with Client(balancer[0], source="127.0.0.2") as one, Client(balancer[0], source="127.0.0.3") as other:
        for client in (one, other, one):
            page = client.get("/page")
            assert page.status == 200 and page.pushes == {} and page.informational == []
            assert page.all("link") == LINKS and page.all("set-cookie") == []
            assert client.get("/assets/app.css").body == b"body{}"
        assert server.status()["totals"]["connections"] == before + 1, "both came over one connection"
    assert decided(server, "/page") == {("link", "behind_proxy")}


def test_what_one_client_got_says_nothing_about_the_other(server, balancer):
    with Client(balancer[0], source="127.0.0.2") as one, Client(balancer[0], source="127.0.0.3") as other:
        assert one.get("/assets/app.css").status == 200
        for client, address in ((one, "127.0.0.2"), (other, "127.0.0.3"), (one, "127.0.0.2")):
            urls = [value.split(">")[0] for value in client.get("/visitor").all("link")]
            assert urls == [f"</of/{address}/https.css", "</new-nil-rtt-nil.css", "</unsent.css"]


def test_the_forwarded_address_is_believed_and_a_client_s_own_is_not(server, balancer):
    with Client(balancer[0], source="127.0.0.2") as client:
        client.get("/page?plain")
        client.get("/page?lie", headers=[("x-forwarded-for", "192.0.2.66")])
    for target in ("/page?plain", "/page?lie"):
        line = server.wait_for_access(lambda line: line["target"] == target)
        assert (line["client"], line["peer"]) == ("127.0.0.2", "127.0.0.1")


def test_a_103_passes_over_http_1_where_the_listener_says_so(server, balancer):
    """HAProxy hands it on over HTTP/2."""
    with Client(balancer[1], push=False) as client:
        page = client.get("/page", headers=NAVIGATES)
        assert [[value for name, value in head if name == "link"] for head in page.informational] == [LINKS]
        assert page.status == 200 and page.all("link") == LINKS
        assert client.get("/page?fetch").informational == []
    answer = get(balancer[1], "/page", "Sec-Fetch-Mode: navigate")
    assert [status for status, _ in answer.interim] == [103] and answer.all("link") == LINKS
    assert decided(server, "/page") == {("early_hints", "sent")}


def test_elsewhere_no_103_goes_to_a_balancer(server, balancer):
    for address in (balancer[0], balancer[2]):
        with Client(address, push=False) as client:
            page = client.get("/page", headers=NAVIGATES)
            assert page.informational == [] and page.all("link") == LINKS
    assert decided(server, "/page") == {("link", "behind_proxy")}


def test_passed_through_each_client_is_its_own(server, balancer):
    for address in ("127.0.0.2", "127.0.0.3"):
        with Client(balancer[3], source=address) as client:
            page = client.get(f"/page?{address}")
            assert client.pushed_paths(page) == ["/assets/app.css", "/assets/app.js"]
            assert client.get("/page").pushes == {}
        assert server.wait_for_access(lambda line: line["target"] == f"/page?{address}")["client"] == address
