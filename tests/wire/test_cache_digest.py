# SPDX-License-Identifier: MIT
"""Cache-Digest (draft-ietf-httpbis-cache-digest-02 in the form of a request field): what the client says that it has is not
pushed, and a digest costs no more memory than it is worth."""
import base64
import hashlib

import pytest

from h2client import Client
from h2raw import ENHANCE_YOUR_CALM, HEADERS, RawClient, frame

CONFIG = """
return {
  workers = 1,
  listen = { { address = "127.0.0.1:0" } },
  sites = { ["*"] = { rules = "rules/*.lua", routes = { ["/"] = { files = "www" } } } },
  log = { access = { to = "stdout", format = "json" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
FILES = {"www/page": "page", "www/a.css": "a", "www/b.css": "b",
         "rules/r.lua": 'rule { path = "/page", hints = { style "/a.css", style "/b.css" } }'}


@pytest.fixture
def server(serve):
    return serve(CONFIG, files=FILES)


def text_of(bits):
    bits += "0" * (-len(bits) % 8)
    return base64.urlsafe_b64encode(int(bits, 2).to_bytes(len(bits) // 8, "big")).rstrip(b"=").decode()


def digest(*urls, false_positive_bits=16):
    """A Golomb-coded set of the URLs' hashes: log2 of their number and of 1 in how many a stranger is in it, 5 bits each; then
    the sorted hashes' differences, less one, each a quotient in unary and a remainder."""
    count_bits = max(len(urls) - 1, 0).bit_length()
    size = count_bits + false_positive_bits
    bits, last = f"{count_bits:05b}{false_positive_bits:05b}", -1
    for key in sorted({int.from_bytes(hashlib.sha256(url.encode()).digest()[:8], "big") >> (64 - size) for url in urls}):
        difference, last = key - last - 1, key
        bits += "0" * (difference >> false_positive_bits) + "1" + f"{difference % 2**false_positive_bits:0{false_positive_bits}b}"
    return text_of(bits)


def pushed(server, *fields):
    with Client(server.address()) as client:
        page = client.get("/page", headers=[("cache-digest", field) for field in fields])
        assert page.status == 200 and len(page.all("link")) == 2
        return client.pushed_paths(page)


A, B = "http://localhost/a.css", "http://localhost/b.css"


@pytest.mark.parametrize("field, expected", [
    (digest(A), ["/b.css"]), (digest(B), ["/a.css"]), (digest(A, B), []),
    (digest(*(f"http://localhost/{i}" for i in range(100)), A), ["/b.css"]),
    (digest(A) + "; complete", ["/b.css"]),
    (digest(A.replace("http:", "https:")), ["/a.css", "/b.css"]), (digest(A.replace("localhost", "elsewhere")), ["/a.css", "/b.css"]),
    (digest(A) + "; stale", ["/a.css", "/b.css"]),
    ("", ["/a.css", "/b.css"]), ("A", ["/a.css", "/b.css"]), ("!!", ["/a.css", "/b.css"]), ("_" * 100, ["/a.css", "/b.css"])],
    ids=["a", "b", "both", "many", "complete", "another scheme", "another host", "stale ones", "empty", "one character", "not base64",
         "nonsense"])
def test_what_the_client_has_is_not_pushed(server, field, expected):
    assert pushed(server, field) == expected


def test_a_digest_is_the_request_s_alone(server):
    with Client(server.address()) as client:
        assert client.pushed_paths(client.get("/page", headers=[("cache-digest", digest(A, B))])) == []
        assert client.pushed_paths(client.get("/page")) == ["/a.css", "/b.css"]


def test_the_first_digest_counts_alone(server):
    assert pushed(server, digest(A), digest(B)) == ["/b.css"]


def test_a_long_digest_is_passed_over(server):
    """Those of some 320 assets are read, at one false positive in 128."""
    for count, expected in ((320, ["/b.css"]), (400, ["/a.css", "/b.css"])):
        field = digest(A, *(f"http://localhost/{i}" for i in range(count)), false_positive_bits=7)
        assert (len(field) > 512) == (count == 400)
        assert pushed(server, field) == expected


def test_repeated_digests_do_not_fill_the_memory(server):
    """LIBRARY: each bit of a digest becomes a number of eight bytes, and each byte of a head may repeat a digest."""
    largest = text_of(f"{20:05b}{0:05b}" + "1" * (512 * 6 - 10))
    with RawClient(server.address()) as client:
        before = server.resident_kib()
        head = client.request(1, "/page", [("cache-digest", largest)], end=False)[9:]
        client.send(frame(HEADERS, 4, 1, head + b"\xbe" * 3_000))  # the table's newest entry (RFC 7541 6.1)
        assert client.error() == ENHANCE_YOUR_CALM
        assert server.resident_kib() - before < 50_000
