# SPDX-License-Identifier: MIT
"""The page that is loaded, and the three sites that serve it: plain, with one rule that names all it needs, and with
everything inside the document. Its bytes are the same in every run and hardly compressible; nothing is compressed.

The headline's font is the browser's own; the largest thing to paint is the image, which needs all scripts and style
sheets before it: they stand in the head and block.
"""
import base64
import pathlib
import random
import struct
import zlib

HERE = pathlib.Path(__file__).resolve().parent
PLAIN, INLINED, DELIVERED = VARIANTS = ("plain", "inlined", "delivered")
SIZES = {"base.css": 15_000, "theme.css": 25_000, "library.js": 40_000, "site.js": 25_000}
IMAGE_WIDTH, IMAGE_HEIGHT = 320, 256  # 4 bits of noise for each of its points: 40 KB
HTML_BYTES = 8_000
MAX_AGE_S = 3600


def host(variant):
    return f"{variant}.pageload.test"


def noise(name, count):
    """Letters and digits that depend on the name alone."""
    return base64.b64encode(random.Random(name).randbytes(count), b"ab").decode()[:count]


def style_sheet(name, rule):
    """`rule` stands last, so that what it says shows that everything came."""
    text, number = [], 0
    while sum(map(len, text)) < SIZES[name] - 150:
        text.append(f'.c{number} {{ --note: "{noise(f"{name}{number}", 80)}"; margin: {number % 9}px }}\n')
        number += 1
    return "".join(text) + rule + "\n"


def script(name):
    stem = name.partition(".")[0]
    return f'document.documentElement.dataset.{stem} = "{noise(name, SIZES[name] - 60)}".length;\n'


def image():
    """A PNG (ISO/IEC 15948) of grey noise."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    row = IMAGE_WIDTH // 2
    points = random.Random("image").randbytes(row * IMAGE_HEIGHT)
    rows = b"".join(b"\0" + points[at:at + row] for at in range(0, len(points), row))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", IMAGE_WIDTH, IMAGE_HEIGHT, 4, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b""))


ASSETS = {
    "base.css": style_sheet("base.css", "body { color: rgb(1, 2, 3) }").encode(),
    "theme.css": style_sheet("theme.css", "h1 { color: rgb(4, 5, 6); font-size: 20px }").encode(),
    "library.js": script("library.js").encode(),
    "site.js": script("site.js").encode(),
    "hero.png": image(),
}

HTML = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,">
{head}
</head><body><h1>Shop</h1><img id="hero" src="{hero}" width="{width}" height="{height}" alt="">
<div hidden>{text}</div></body></html>
"""


def html(variant):
    def text(name):
        return ASSETS[name].decode()
    if variant == INLINED:
        head = (f"<style>{text('base.css')}</style><style>{text('theme.css')}</style>"
                f"<script>{text('library.js')}</script><script>{text('site.js')}</script>")
        hero = "data:image/png;base64," + base64.b64encode(ASSETS["hero.png"]).decode()
    else:
        head = ('<link rel="stylesheet" href="/static/base.css"><link rel="stylesheet" href="/static/theme.css">'
                '<script src="/static/library.js"></script><script src="/static/site.js"></script>')
        hero = "/static/hero.png"
    text_below = noise("text", HTML_BYTES - 700)
    return HTML.format(head=head, hero=hero, width=IMAGE_WIDTH, height=IMAGE_HEIGHT, text=text_below).encode()


PAGES = {variant: html(variant) for variant in VARIANTS}

# True when everything has come and works.
WHOLE_SCRIPT = """document.readyState == "complete" && document.documentElement.dataset.library > 0
  && document.documentElement.dataset.site > 0 && getComputedStyle(document.body).color == "rgb(1, 2, 3)"
  && getComputedStyle(document.querySelector("h1")).color == "rgb(4, 5, 6)" && document.querySelector("#hero").naturalWidth == %d
""" % IMAGE_WIDTH

RULE = """
rule {
  name  = "page",
  path  = "/think/{ms}",
  hints = {
    style "/static/base.css", style "/static/theme.css", script "/static/library.js", script "/static/site.js",
    image "/static/hero.png",
  },
}
"""


def path(think_ms):
    """The same page under another name, so that what a server learns of one is not taken for the other."""
    return f"/think/{think_ms}"


def answer(request, connection):
    """The application: thinks as long as the path says."""
    variant = request.headers["host"].partition(".")[0]
    connection.sleep(int(request.target.rpartition("/")[2]) / 1000)
    connection.reply(200, PAGES[variant], headers=[("content-type", "text/html; charset=utf-8"), ("cache-control", "no-cache")])


def sizes():
    """In words."""
    parts = ", ".join(f"{name} {len(data) / 1000:.1f} KB" for name, data in ASSETS.items())
    total = len(PAGES[PLAIN]) + sum(map(len, ASSETS.values()))
    return (f"the document {len(PAGES[PLAIN]) / 1000:.1f} KB, {parts}, together {total / 1000:.0f} KB; "
            f"inlined {len(PAGES[INLINED]) / 1000:.0f} KB (an image within a document is in base64)")
