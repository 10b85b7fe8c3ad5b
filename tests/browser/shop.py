# SPDX-License-Identifier: MIT
"""The site that the browsers visit: a page from a slow application, its assets as files, and a rule that names them all."""
import dataclasses
import pathlib
import time

import h2client
from authority import HOST

THINKING_SECONDS = 0.25  # how long the application takes for a page
WAITING_SECONDS = 20  # and how long at most, where it waits for something

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/site.css"><link rel="stylesheet" href="/static/theme.css">
<script src="/static/site.js" defer></script><script type="module" src="/static/cart.js"></script>
</head><body><h1>Shop</h1><img src="/static/logo.svg" alt="logo"></body></html>
"""

ASSETS = {
    "static/site.css": '@font-face { font-family: "Shop"; src: url("/static/shop.ttf"); }\nh1 { font-family: "Shop"; }\n',
    "static/theme.css": "body { color: rgb(1, 2, 3); }\n",
    "static/site.js": 'document.documentElement.dataset.script = "ran";\n',
    "static/cart.js": 'document.documentElement.dataset.module = "ran";\nexport default 1;\n',
    "static/logo.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30"/></svg>\n',
    "static/shop.ttf": pathlib.Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf").read_bytes(),
}
HINTED = sorted("/" + name for name in ASSETS)

RULES = """
rule {
  name  = "shop",
  path  = "/",
  hints = {
    style "/static/site.css", style "/static/theme.css", script "/static/site.js", module "/static/cart.js",
    image "/static/logo.svg", font "/static/shop.ttf",
  },
}
"""
NO_RULES = "-- nothing to say\n"

CONFIG = """
return {
  workers = 1,
  listen = { { address = "127.0.0.1:0", tls = { certificate = "tls/site.pem", key = "tls/site.key" } } },
  sites = { ["www.shop.test"] = { rules = "rules/*.lua", routes = {
    ["/"]        = { proxy = "%URL%" },
    ["/static/"] = { files = "static", max_age = 3600 },
  } } },
  log = { access = { to = "stdout", format = "json" }, error = { level = "debug" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
NOT_KEPT = CONFIG.replace("max_age = 3600", 'headers = { ["cache-control"] = "no-store" }')

# What the page itself can tell when it is loaded: did everything that it asked for work?
STATE_SCRIPT = """(() => {
  const root = document.documentElement, logo = document.querySelector("img");
  return {
    title: document.title, script: root.dataset.script, module: root.dataset.module,
    color: getComputedStyle(document.body).color, logo: logo.naturalWidth,
    fonts: [...document.fonts].map(font => font.status),
    navigation: performance.getEntriesByType("navigation")[0].toJSON(),
    resources: performance.getEntriesByType("resource").map(entry => entry.toJSON()),
  };
})()"""


def answer_slowly(request, connection, wait=lambda: time.sleep(THINKING_SECONDS)):
    if request.target != "/":
        connection.reply(404, reason="Not Found")
        return
    wait()
    connection.reply(200, PAGE, headers=[("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")])


def answer_once(done):
    """Answers the page as soon as `done()` is true, so that no clock decides; after a while all the same."""
    def wait():
        deadline = time.monotonic() + WAITING_SECONDS
        while not done() and time.monotonic() < deadline:
            time.sleep(0.02)

    return lambda request, connection: answer_slowly(request, connection, wait)


def is_whole(state):
    """Everything on the page has come and works."""
    return (state["title"] == "Shop" and state["script"] == state["module"] == "ran" and state["color"] == "rgb(1, 2, 3)"
            and state["logo"] == 40 and state["fonts"] == ["loaded"])


def asked_for(lines):
    """The assets among these lines of the access log, sorted."""
    return sorted(line["target"] for line in lines if line["target"].startswith("/static/"))


@dataclasses.dataclass
class Site:
    server: object
    port: int  # of the relay
    probes: int = 0

    @property
    def url(self):
        return f"https://{HOST}:{self.port}/"

    @property
    def host_map(self):
        """Chromium's option that spares us a name server."""
        return f"--host-resolver-rules=MAP {HOST} 127.0.0.1"

    def page(self):
        """The page's line in the access log."""
        return self.server.wait_for_access(lambda line: line["target"] == "/")

    def log(self):
        """All that was requested so far: the one worker writes its log in order, so it ends with a request of our own."""
        self.probes += 1
        with h2client.Client(self.server.address(), tls=True, server_name=HOST) as client:
            client.get(f"/probe?{self.probes}")
        self.server.wait_for_access(lambda line: line["target"] == f"/probe?{self.probes}")
        return [line for line in self.server.access_log() if not line["target"].startswith("/probe")]

    def assets(self):
        """The lines of the assets by path; fails where one was not asked for, or twice."""
        lines = [line for line in self.log() if line["target"].startswith("/static/")]
        assert asked_for(lines) == HINTED, "each asset is requested exactly once"
        assert {line["status"] for line in lines} == {200}
        return {line["target"]: line for line in lines}
