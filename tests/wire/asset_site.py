# SPDX-License-Identifier: MIT
"""A site whose pages hint one asset each, and visits that look what becomes of the hint."""
import itertools
import re

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
