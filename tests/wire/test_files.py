# SPDX-License-Identifier: MIT
"""Files: index, fallback, precompressed variants, gzip on the fly, ranges, conditional requests, max_age, error pages."""
import gzip

import pytest

from h2client import Client
from http1 import connect, get

CONFIG = """
return {
  workers = 1,
  listen = { { address = "127.0.0.1:0" } },
  sites = { ["*"] = { routes = {
    ["/"]        = { files = "www", error_page = { [404] = "/404.html" }, deny = { "/private/**" },
                     headers = { ["x-frame-options"] = "DENY" } },
    ["/static/"] = { files = "static", max_age = 31536000 },
    ["/app/"]    = { files = "app", fallback = "/index.html" },
    ["/plain/"]  = { files = "static", gzip = false, precompressed = false },
    ["/old/"]    = { redirect = "https://new.example/" },
    ["/moved/"]  = { redirect = "/new/" },
    ["/locked/"] = { files = "app", deny = { "/*.html" } },
    ["/gone"]    = { redirect = { to = "/static/a.txt", status = 302 } },
  } } },
  health = "/.outrider/health",
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
TEXT = "The quick brown fox. " * 100
FILES = {
    "www/index.html": "front", "www/sub/index.html": "sub", "www/404.html": "nothing here", "www/private/key": "secret",
    "static/a.txt": TEXT, "static/pre.css": "plain", "static/pre.css.br": "brotli bytes", "static/pre.css.gz": "gzip bytes",
    "static/pic.avif": "avif", "static/m.mjs": "1", "app/index.html": "app shell", "app/x.js": "x",
}


@pytest.fixture
def server(serve):
    return serve(CONFIG, files=FILES)


@pytest.fixture
def client(server):
    with Client(server.address(), push=False) as client:
        yield client


def test_index_and_directories(client):
    assert client.get("/").body == b"front"
    assert client.get("/sub/").body == b"sub"
    redirect = client.get("/sub")
    assert redirect.status == 301 and redirect.header("location") == "/sub/"


def test_types(client):
    assert client.get("/").header("content-type") == "text/html"
    assert client.get("/static/pic.avif").header("content-type") == "image/avif"
    assert client.get("/static/m.mjs").header("content-type") == "text/javascript"
    assert client.get("/").header("server") == "outrider"


def test_error_page_keeps_the_status(client):
    missing = client.get("/missing")
    assert missing.status == 404 and missing.body == b"nothing here"
    assert client.get("/static/missing").status == 404


def test_denied(client):
    assert client.get("/private/key").status == 403
    assert client.get("/x/../private/key").status == 403
    assert client.get("/%70rivate/key").status == 403


def test_a_folder_whose_index_is_denied(client):
    assert client.get("/locked/").status == 403
    assert client.get("/locked/index.html").status == 403
    assert client.get("/locked/x.js").status == 200


def test_fallback_serves_the_application(client):
    for path in ("/app/", "/app/orders/7", "/app/a/b?c=d"):
        answer = client.get(path)
        assert (answer.status, answer.body) == (200, b"app shell")
    assert client.get("/app/x.js").body == b"x"
    assert client.get("/app/orders", method="POST", body=b"x").status in (404, 405)


def test_precompressed(client):
    assert client.get("/static/pre.css").body == b"plain"
    brotli = client.get("/static/pre.css", headers=[("accept-encoding", "gzip, br")])
    assert (brotli.body, brotli.header("content-encoding"), brotli.header("vary")) == (b"brotli bytes", "br", "accept-encoding")
    assert client.get("/static/pre.css", headers=[("accept-encoding", "gzip")]).body == b"gzip bytes"
    assert client.get("/plain/pre.css", headers=[("accept-encoding", "br")]).body == b"plain"


def test_gzip_on_the_fly(client):
    zipped = client.get("/static/a.txt", headers=[("accept-encoding", "gzip")])
    assert zipped.header("content-encoding") == "gzip" and gzip.decompress(zipped.body).decode() == TEXT
    assert client.get("/plain/a.txt", headers=[("accept-encoding", "gzip")]).header("content-encoding") is None
    assert client.get("/static/a.txt").header("content-encoding") is None


def test_ranges(client):
    part = client.get("/static/a.txt", headers=[("range", "bytes=4-8")])
    assert (part.status, part.body, part.header("content-range")) == (206, b"quick", f"bytes 4-8/{len(TEXT)}")
    assert client.get("/static/a.txt", headers=[("range", "bytes=-4")]).body == TEXT[-4:].encode()
    assert client.get("/static/a.txt", headers=[("range", f"bytes={len(TEXT)}-")]).status == 416


def test_a_conditional_or_excessive_range_gets_the_whole(client):
    """The library ignores If-Range and multiplies a file by its ranges."""
    assert client.get("/static/a.txt", headers=[("range", "bytes=4-8"), ("if-range", '"other"')]).status == 200
    many = ",".join(["0-"] * 50)
    assert len(client.get("/static/a.txt", headers=[("range", f"bytes={many}")]).body) == len(TEXT)


def test_conditional(client):
    first = client.get("/static/a.txt")
    for name, value in (("if-none-match", first.header("etag")), ("if-modified-since", first.header("last-modified"))):
        again = client.get("/static/a.txt", headers=[(name, value)])
        assert again.status == 304 and again.body == b""
        assert again.header("cache-control") == "max-age=31536000"
    assert client.get("/static/a.txt", headers=[("if-none-match", '"other"')]).status == 200


def test_max_age_and_headers(client):
    assert client.get("/static/a.txt").header("cache-control") == "max-age=31536000"
    assert client.get("/static/none").header("cache-control") is None
    assert client.get("/").header("cache-control") is None
    assert client.get("/").header("x-frame-options") == "DENY"
    assert client.get("/static/a.txt").header("x-frame-options") is None


def test_redirects(client):
    old = client.get("/old/a/b?c=d")
    assert (old.status, old.header("location")) == (301, "https://new.example/a/b?c=d")
    gone = client.get("/gone")
    assert (gone.status, gone.header("location")) == (302, "/static/a.txt")


def test_a_redirect_stays_on_its_host(client):
    assert client.get("/moved/x?y").header("location") == "/new/x?y"
    for path in ("/moved//evil.example/", "/moved/\\evil.example", "/moved///\\/evil.example"):
        assert client.get(path).header("location").startswith("/new/evil.example"), path


def test_head_of_an_error_page_has_no_body(server):
    with connect(server.address()) as sock:
        sock.sendall(b"HEAD /missing HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        data = b""
        while more := sock.recv(65536):
            data += more
    first, second = data.split(b"\r\n\r\n", 1)
    assert first.startswith(b"HTTP/1.1 404 ") and second.startswith(b"HTTP/1.1 200 ")


def test_other_forms_of_a_target(server):
    """RFC 9112 3.2: the absolute form's authority counts, and * asks about the server."""
    assert get(server.address(), "http://localhost/static/a.txt", host="other").body.decode() == TEXT
    assert get(server.address(), "http://localhost?x=1").body == b"front"
    options = get(server.address(), "*", method="OPTIONS")
    assert options.status == 204 and "GET" in options.header("allow")


def test_head_and_other_methods(client):
    head = client.get("/static/a.txt", method="HEAD")
    assert head.status == 200 and head.body == b"" and head.header("content-length") == str(len(TEXT))
    assert client.get("/static/a.txt", method="DELETE").status == 405


@pytest.mark.parametrize("path", ["/static/../../config.lua", "/static/%2e%2e/%2e%2e/config.lua", "/static/..%2f..%2fconfig.lua",
                                  "/static/%00", "/index.html%00.txt", "/static/a.txt%00"])
def test_no_way_out_of_the_root(client, path):
    answer = client.get(path)
    assert answer.status in (400, 404) and b"return" not in answer.body


def test_health(client):
    assert client.get("/.outrider/health").status == 200


def test_http1(server):
    answer = get(server.address(), "/static/a.txt")
    assert answer.status == 200 and answer.body.decode() == TEXT
    assert get(server.address(), "/missing").body == b"nothing here"
    assert get(server.address(), "/", method="HEAD").body == b""


def test_bad_requests(server):
    for target, host in (("//", "a b"), ("/", "user@x"), ("/a b", "x"), ("*", "x")):
        assert get(server.address(), target, host=host).status == 400, (target, host)
    assert get(server.address(), "/", method="TRACE").status == 405
    with Client(server.address(), push=False) as client:
        assert client.get("/", method="TRACE").status == 405
