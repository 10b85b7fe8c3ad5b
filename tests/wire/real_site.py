# SPDX-License-Identifier: MIT
"""Debian's python3.11-doc as a site: where it lies, what its pages need, and the rules an operator would write for it."""
import html.parser
import json
import pathlib
import urllib.parse

ROOT = pathlib.Path("/usr/share/doc/python3.11/html")

RULES = """
-- Every page's head names the same files; some pages show figures, which a build step has listed.
local figures = data "figures.json"

rule {
  name  = "every page",
  path  = { "/", "/**.html" },
  hints = {
    style "/_static/pygments.css", style "/_static/pydoctheme.css?2022.1",
    script "/_static/documentation_options.js", script "/_static/jquery.js", script "/_static/underscore.js",
    script "/_static/_sphinx_javascript_frameworks_compat.js", script "/_static/doctools.js",
    script "/_static/sphinx_highlight.js", script "/_static/sidebar.js", script "/_static/copybutton.js",
    script "/_static/menu.js", image("/_static/py.svg", { priority = "after" }),
  },
}

rule {
  name  = "search",
  path  = "/search.html",
  hints = { script "/_static/language_data.js", script "/_static/searchtools.js", script("/searchindex.js", { nopush = true }) },
}

rule {
  name  = "figures",
  path  = "/{chapter}/*.html",
  hints = function(req)
    local list = {}
    for i, url in ipairs(figures[req.path] or {}) do
      list[i] = image(url, { priority = "after" })
    end
    return list
  end,
}
"""


class Page(html.parser.HTMLParser):
    """The local pages that one page links to, and the files that it needs: styles, scripts, figures; as absolute URLs."""

    def __init__(self, url, text):
        super().__init__()
        self.url = url
        self.links = []
        self.needs = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "a":
            self.note(self.links, values.get("href"))
        elif tag == "script" or (tag == "img" and "_images/" in values.get("src", "")):
            self.note(self.needs, values.get("src"))
        elif tag == "link" and values.get("rel") == "stylesheet":
            self.note(self.needs, values.get("href"))

    def note(self, into, reference):
        url = urllib.parse.urldefrag(urllib.parse.urljoin(self.url, reference or "https://none.example/")).url
        if url.startswith("/") and url not in into:
            into.append(url)


def file_of(url):
    return ROOT / urllib.parse.unquote(urllib.parse.urlsplit(url).path).lstrip("/")


def page_of(url):
    return Page(url, file_of(url).read_text(encoding="utf-8"))


def choose_pages(count):
    """`count` pages, breadth first along the links, after some that have more than the others."""
    pages = ["/index.html", "/search.html", "/library/turtle.html", "/howto/logging.html", "/using/windows.html"]
    for url in pages:
        for link in page_of(url).links:
            if len(pages) == count:
                return pages
            if link.endswith(".html") and link not in pages and file_of(link).is_file():
                pages.append(link)
    return pages


def figures_json():
    """What the build step of the rules has listed."""
    figures = {}
    for path in sorted(ROOT.glob("*/*.html")):
        text = path.read_text(encoding="utf-8")
        if "_images/" in text:  # most pages have none, and parsing all of them takes half a minute
            url = f"/{path.relative_to(ROOT)}"
            figures[url] = [need for need in Page(url, text).needs if "/_images/" in need]
    return json.dumps(figures)
