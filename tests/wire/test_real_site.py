# SPDX-License-Identifier: MIT
"""A site that nobody here wrote, Debian's python3.11-doc, over HTTPS: as files, behind a proxy before another server, and
behind a proxy before Python's http.server, which closes each connection."""
import functools
import http.server
import subprocess
import threading

import outrider
import pytest
import real_site
from h2client import Client

COUNT = 50
CONFIG = """
return {
  workers = 2,
  listen = { { address = "127.0.0.1:0", tls = { certificate = "tls/localhost.pem", key = "tls/localhost.key" } } },
  sites = { ["localhost"] = { rules = "rules/*.lua", routes = { ["/"] = { %ROUTE% } } } },
  log = { access = { to = "stdout", format = "json" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
BACKEND = """
return {
  workers = 1,
  listen = { { address = "127.0.0.1:0" } },
  sites = { ["*"] = { routes = { ["/"] = { files = "%ROOT%" } } } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""


@pytest.fixture(scope="module")
def figures():
    return real_site.figures_json()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def python_server():
    handler = functools.partial(QuietHandler, directory=str(real_site.ROOT))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def site(serve, tmp_path, figures, request):
    """site(kind) → a server with the documentation: "files", "outrider" or "http.server" behind it."""
    certificate, key = outrider.certificate(tmp_path / "certificates", "localhost")

    def start(kind):
        if kind == "files":
            route = f'files = "{real_site.ROOT}", max_age = 60'
        elif kind == "outrider":
            backend = serve(BACKEND.replace("%ROOT%", str(real_site.ROOT)))
            # What is kept open for the next request is soon let go: the other server must come to rest too.
            route = f'proxy = {{ servers = "http://127.0.0.1:{backend.port()}", keepalive_timeout_ms = 300 }}'
        else:
            route = f'proxy = "http://127.0.0.1:{request.getfixturevalue("python_server").server_port}"'
        server = serve(CONFIG.replace("%ROUTE%", route), files={
            "rules/python_docs.lua": real_site.RULES, "rules/figures.json": figures, "tls/localhost.pem": certificate.read_bytes(),
            "tls/localhost.key": key.read_bytes()})
        server.certificate = server.folder / "tls/localhost.pem"
        return server

    return start


def connect(server, **options):
    return Client(server.address(), tls=True, cafile=server.certificate, **options)


@pytest.mark.parametrize("kind", ["files", "outrider", "http.server"])
def test_crawl(site, kind):
    server = site(kind)
    pages = real_site.choose_pages(COUNT)
    assert len(pages) == COUNT
    pushed = []
    with connect(server) as client:
        for url in pages:
            answer = client.get(url, seconds=30)
            assert answer.status == 200, url
            assert answer.header("content-type").startswith("text/html")
            assert answer.body == real_site.file_of(url).read_bytes(), url
            for stream, path in zip(answer.pushes, client.pushed_paths(answer)):
                pushed.append(path)
                assert client.responses[stream].status == 200, path
                assert client.responses[stream].body == real_site.file_of(path).read_bytes(), path
            needs = set(real_site.page_of(url).needs) - {"/searchindex.js"}  # the rule says nopush
            assert needs <= set(pushed), f"{url}: not pushed: {needs - set(pushed)}"
    assert len(pushed) > 12, "the figures came too"
    assert len(pushed) == len(set(pushed)), "nothing is pushed twice on a connection"
    lines = [line for line in server.access_log() if line["pushed"]]
    assert sorted(line["target"] for line in lines) == sorted(pushed)
    assert {line["status"] for line in lines} == {200}


def test_each_connection_has_its_own_memory(site):
    server = site("files")
    for _ in range(2):
        with connect(server) as client:
            assert len(client.get("/library/os.html").pushes) == 12
            assert len(client.get("/library/io.html").pushes) == 0


def test_directories(site):
    server = site("files")
    with connect(server) as client:
        assert client.get("/").body == real_site.file_of("/index.html").read_bytes()
        moved = client.get("/library")
        assert moved.status == 301 and moved.header("location").endswith("/library/")
        assert client.get("/library/").body == real_site.file_of("/library/index.html").read_bytes()
        assert client.get("/no/such/page.html").status == 404


def curl(server, path, *options, status=200):
    """Runs curl over HTTP/2; returns (header fields, body)."""
    url = f"https://localhost:{server.port()}{path}"
    result = subprocess.run(
        ["curl", "-sS", "--http2", "--ipv4", "--cacert", server.certificate, "--max-time", "20", "--noproxy", "*", "-D", "-", *options, url],
        capture_output=True, check=True)
    head, _, body = result.stdout.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    assert lines[0].split()[:2] == ["HTTP/2", str(status)], lines[0]
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}, body


FILES = ["/library/os.html", "/_static/pydoctheme.css?2022.1", "/_static/jquery.js", "/_static/py.png", "/_sources/library/os.rst.txt"]


@pytest.mark.parametrize("kind", ["files", "outrider", "http.server"])
def test_curl_compressed(site, kind):
    server = site(kind)
    for path in FILES:
        fields, body = curl(server, path, "--compressed")
        assert body == real_site.file_of(path).read_bytes(), path
        assert fields.get("content-encoding") == (None if path.endswith(".png") else "gzip"), path
        if "content-encoding" in fields:
            assert "accept-encoding" in fields["vary"].lower(), path
        fields, body = curl(server, path)
        assert body == real_site.file_of(path).read_bytes(), path
        assert "content-encoding" not in fields


@pytest.mark.parametrize("kind", ["files", "outrider"])
def test_ranges(site, kind):
    server = site(kind)
    path = "/_static/jquery.js"
    whole = real_site.file_of(path).read_bytes()
    for asked, first, last in [("0-99", 0, 99), ("100-199", 100, 199), ("-7", len(whole) - 7, len(whole) - 1),
                               (f"{len(whole) - 1}-", len(whole) - 1, len(whole) - 1)]:
        fields, body = curl(server, path, "-r", asked, status=206)
        assert body == whole[first:last + 1], asked
        assert fields["content-range"] == f"bytes {first}-{last}/{len(whole)}"
        assert fields["content-length"] == str(len(body))
    curl(server, path, "-r", f"{len(whole)}-", status=416)


@pytest.mark.parametrize("kind", ["files", "outrider", "http.server"])
def test_head(site, kind):
    server = site(kind)
    with connect(server) as client:
        answer = client.get("/library/os.html", method="HEAD")
        assert answer.status == 200 and answer.body == b"" and answer.pushes == {}
        assert answer.header("content-length") == str(real_site.file_of("/library/os.html").stat().st_size)
        assert len(client.get("/library/os.html").pushes) == 12, "a HEAD has used nothing up"


@pytest.mark.parametrize("kind", ["files", "outrider", "http.server"])
def test_conditional_requests(site, kind):
    server = site(kind)
    path = "/library/os.html"
    with connect(server) as client:
        whole = client.get(path)
        modified, etag = whole.header("last-modified"), whole.header("etag")
    conditions = [[("if-modified-since", modified)]]
    if kind != "http.server":
        conditions += [[("if-none-match", etag)], [("if-none-match", etag), ("if-modified-since", modified)]]
    for condition in conditions:
        with connect(server) as client:
            answer = client.get(path, headers=condition)
            assert answer.status == 304 and answer.body == b"", condition
            assert answer.pushes == {}, "who has the page has its files"
    with connect(server) as client:
        answer = client.get(path, headers=[("if-modified-since", "Thu, 01 Jan 2004 00:00:00 GMT")])
        assert answer.status == 200 and answer.body == real_site.file_of(path).read_bytes()
    if kind != "http.server":
        with connect(server) as client:
            assert client.get(path, headers=[("if-none-match", '"other"')]).status == 200
