# SPDX-License-Identifier: MIT
"""A site whose pages hint a few files, and visits to it with and without the cookie of what a client has. The fixture is imported
by the tests that use it."""
import itertools
import re
import threading

import pytest

import h2client
import outrider

# Listeners: direct, in the clear, behind a balancer, passed through by one.
CONFIG = """
return {
  workers = 1, %TOP%
  listen = {
    { address = "127.0.0.1:0", tls = { certificate = "%CERT%.pem", key = "%CERT%.key" } },
    { address = "127.0.0.1:0" },
    { address = "127.0.0.1:0", tls = { certificate = "%CERT%.pem", key = "%CERT%.key" }, behind = { trusted = { "127.0.0.1" } } },
    { address = "127.0.0.1:0", tls = { certificate = "%CERT%.pem", key = "%CERT%.key" }, proxy_protocol = true, from = { "127.0.0.1" } },
  },
  sites = { ["*"] = { %SITE% rules = "rules/*.lua", routes = { ["/"] = { files = "www" }, %ROUTES% } } },
  log = { access = { to = "stdout", format = "json" }, error = { level = "debug" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
FILES = {"www/index.html": "<!doctype html><title>page</title>", "www/styled.html": "styled", "www/scripted.html": "scripted",
         "www/app.css": "body{}" * 100, "www/app.js": "1;" * 300, "www/more.css": "p{}"}
RULES = """
rule { name = "home", path = { "/", "/app/**" }, hints = { style "/app.css", script "/app.js" } }
rule { name = "styled", path = "/styled.html", hints = { style "/app.css" } }
rule { name = "scripted", path = "/scripted.html", hints = { script "/app.js", style "/more.css" } }
"""
CSS, JS, MORE = "/app.css", "/app.js", "/more.css"
LINKS = ["</app.css>; rel=preload; as=style", "</app.js>; rel=preload; as=script"]
REJECTED = 'outrider_client_cookies_total{result="rejected"}'
GOOD = 'outrider_client_cookies_total{result="good"}'
numbers = itertools.count()


class Visit:
    """One request for a page, read to the end of all that was pushed with it."""

    def __init__(self, server, client, path, cookies=(), headers=(), **options):
        target = f"{path}{'&' if '?' in path else '?'}visit={next(numbers)}"  # so that its line in the log is found
        fields = [*headers, *(("cookie", cookie) for cookie in cookies)]
        page = client.get(target, headers=fields, **options)
        self.status, self.link, self.set_cookie = page.status, page.all("link"), page.all("set-cookie")
        self.pushed = client.pushed_paths(page)
        self.server, self.target = server, target

    @property
    def cookie(self):
        """The name and value that a browser would send back."""
        assert len(self.set_cookie) == 1, self.set_cookie
        return self.set_cookie[0].partition(";")[0]

    @property
    def deliveries(self):
        line = self.server.wait_for_access(lambda line: line["target"] == self.target)
        return {delivery["url"]: (delivery["how"], delivery["reason"]) for delivery in line["deliveries"]}


def connect(server, listener=0, **options):
    return h2client.Client(server.address(listener), tls=listener != 1, **options)


def visit(server, *cookies, path="/", host=None, headers=(), **options):
    """A visit on a connection of its own; each of `cookies` is a Cookie field."""
    with connect(server, server_name=host) as client:
        return Visit(server, client, path, cookies, headers, **options)


@pytest.fixture
def start(serve, tmp_path):
    """start(site="…", top="…", routes="…") → a server of FILES with these further keys."""
    outrider.certificate(tmp_path / "t", "localhost")

    def run(site="", top="", routes="", rules=RULES, files=None):
        return serve(configuration(tmp_path, site, top, routes), files={**FILES, "rules/site.lua": rules, **(files or {})})
    return run


def configuration(tmp_path, site="", top="", routes=""):
    parts = {"%CERT%": str(tmp_path / "t" / "localhost"), "%SITE%": site, "%TOP%": top, "%ROUTES%": routes}
    return re.sub("|".join(parts), lambda found: parts[found[0]], CONFIG)


PROXIED = RULES + 'rule { name = "proxied", path = "/shop/page", hints = { style "/shop/new.css" } }'


class Shop:
    """An application with one page and one asset, whose answer waits for `may_answer`."""

    def __init__(self, *fields):
        self.fields, self.tag, self.status, self.may_answer = list(fields), '"1"', 200, threading.Event()
        self.may_answer.set()

    def __call__(self, request, connection):
        if request.target == "/shop/new.css":
            self.may_answer.wait(60)
            connection.reply(self.status, "body{}", [("ETag", self.tag), ("Content-Type", "text/css"), *self.fields])
        else:
            connection.reply(200, "page", [("Content-Type", "text/html")])
