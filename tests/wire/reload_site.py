# SPDX-License-Identifier: MIT
"""A site with a page and rules that are reloaded, and which of them answer."""
from http1 import get

CONFIG = """
return {
  workers = 2,
  listen = { { address = "127.0.0.1:0" } },
  sites = { ["*"] = { rules = "rules/*.lua", routes = { ["/"] = { files = "www", fallback = "/index.html" } } } },
  watch = %WATCH%,
  reload = { keep_generations = 5, rollback = { failures_percent = 0, assets_percent = 0 } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
QUIET = CONFIG.replace("%WATCH%", "false")
WATCHING = CONFIG.replace("%WATCH%", "true")


def rule(asset, function=False):
    """Of a kind that may have any type: in place of all that is missing the site has its page."""
    hints = f'{{ fetch "/{asset}.css" }}'
    if function:
        hints = f'function(req) return {hints} end'
    return f'rule {{ name = "page", path = "/**", hints = {hints} }}\n'


def links(server):
    """The hinted URLs of the page."""
    return [value.split(">")[0][1:] for value in get(server.address()).all("link")]


def hinted(server, asset):
    return links(server) == [f"/{asset}.css"]


def generation(server):
    return server.status()["generation"]
