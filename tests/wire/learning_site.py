# SPDX-License-Identifier: MIT
"""A site whose application hints by itself, and visits that teach the server."""
import threading

from h2client import Client

CONFIG = """
return {
  workers = 1,
  listen = {
    { address = "127.0.0.1:0" },
    { address = "127.0.0.1:0", behind = { trusted = { "127.0.0.1" }, passes_103 = true } },
    { address = "127.0.0.1:0", behind = { trusted = { "127.0.0.1" } } },
  },
  sites = {
    ["localhost"] = { rules = "rules/*.lua", routes = { ["/"] = { proxy = "%URL%" } } },
    ["silent.example"] = { learn = false, routes = { ["/"] = { proxy = "%URL%" } } },
    ["shop.example"] = { learn = { "/product/{id}" }, routes = { ["/"] = { proxy = "%URL%" } } },
  },
  log = { access = { to = "stdout", format = "json" }, error = { level = "debug" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
RULES = """
rule { name = "old", path = "/old", hints = { style "/app.css" } }
rule { name = "scan", path = "/scan/**", phase = "response", hints = function(req, res)
  if res.headers["content-type"] == "text/html" then return { style "/app.css" } end
end }
"""
CHROMIUM = [("sec-fetch-mode", "navigate"),
            ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36")]
NAVIGATE = [f"{name}: {value}" for name, value in CHROMIUM]
STYLE_EARLY = "</app.css>; rel=preload; as=style"
STYLE = ("Link", STYLE_EARLY)
TWO_VISITORS = ("127.0.0.2", "127.0.0.3", "127.0.0.2")


class Shop:
    """Answers a page as `pages` says, after a moment of thought, or once it is let; anything else is a stylesheet."""

    def __init__(self):
        self.pages = {}  # path -> (status, fields), or a function of the request that returns them
        self.interim = {}  # path -> Link values, each in a 103 of its own
        self.think_s = 0.012  # a page that takes less than 10 ms gets no 103
        self.may_answer = threading.Event()
        self.may_answer.set()

    def __call__(self, request, connection):
        path = request.target.partition("?")[0]
        if path not in self.pages:
            connection.reply(200, "body{}", [("Content-Type", "text/css")])
            return
        for link in self.interim.get(path, []):
            connection.send(f"HTTP/1.1 103 Early Hints\r\nLink: {link}\r\n\r\n")
        connection.sleep(self.think_s)
        self.may_answer.wait(60)
        answer = self.pages[path]
        status, fields = answer(request) if callable(answer) else answer
        connection.reply(status, "page" if status == 200 else "", [("Content-Type", "text/html"), *fields])


def links(fields):
    return [value for name, value in fields if name == "link"]


def visit(server, path, source=None, host="localhost", headers=(), push=False):
    """One request on a connection of its own."""
    with Client(server.address(), push=push, source=source, server_name=host) as client:
        return client.get(path, headers=[*CHROMIUM, *headers])


def teach(server, shop, path, *fields, visitors=TWO_VISITORS, status=200, **options):
    shop.pages[path.partition("?")[0]] = (status, fields)
    for source in visitors:
        visit(server, path, source, **options)


def early(server, path, **options):
    """The Link values of the 103 that the next visitor gets."""
    page = visit(server, path, "127.0.0.9", **options)
    assert len(page.informational) <= 1
    return [link for head in page.informational for link in links(head)]


def deliveries(server, target, count):
    """Of the last of `count` requests for it: (URL, how, why)."""
    def lines():
        return [line for line in server.access_log() if line["target"] == target]
    server.wait_for_access(lambda _: len(lines()) >= count)
    return [(each["url"], each["how"], each["reason"]) for each in lines()[-1].get("deliveries", [])]
