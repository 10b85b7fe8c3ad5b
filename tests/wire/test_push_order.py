# SPDX-License-Identifier: MIT
"""In which order an application is asked for a page and for what is promised with it: the page first, also where it has but
one process; but the assets do not wait for the page's answer."""
import struct
import threading

import pytest

import outrider
import upstream
from h2client import Client

CONFIG = """
return {
  workers = 1,
  listen = { { address = "127.0.0.1:0" } },
  sites = { ["*"] = { rules = "rules/*.lua", routes = { ["/"] = %ROUTE% } } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
PAGE, ASSETS = "/page.php", [f"/{number}.php" for number in range(3)]
RULE = f'rule {{ path = "{PAGE}", hints = {{ {", ".join(f"""style "{path}" """ for path in ASSETS)} }} }}'
FILES = {"rules/r.lua": RULE} | {f"www{path}": "" for path in (PAGE, *ASSETS)}
END, PARAMS, STDOUT = 3, 4, 6  # types of FastCGI records


class OneProcess(upstream.Application):
    """Accepts the next connection when the last one is closed."""

    def accept(self):
        while not self.stopping:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.talk(sock)


class FastCgiProcess(OneProcess):
    def talk(self, sock):
        with sock:
            params, reader = b"", sock.makefile("rb")
            while True:
                _, kind, _, length, padding, _ = struct.unpack("!BBHHBB", reader.read(8))
                content = reader.read(length + padding)[:length]
                params += content if kind == PARAMS else b""
                if kind > PARAMS and not length:
                    break
            self.requests += [path for path in (PAGE, *ASSETS) if f"SCRIPT_NAME{path}".encode() in params]
            answer = b"content-type: text/css\r\n\r\nfine"
            sock.sendall(struct.pack("!BBHHBB", 1, STDOUT, 1, len(answer), 0, 0) + answer +
                         struct.pack("!BBHHBB8x", 1, END, 1, 8, 0, 0))


@pytest.fixture
def run(serve):
    running = []

    def start(kind, route, *arguments):
        running.append(kind(*arguments))
        address = running[-1].listener.getsockname()
        return running[-1], serve(CONFIG.replace("%ROUTE%", route.replace("%ADDRESS%", "{}:{}".format(*address))), files=FILES)

    yield start
    for application in running:
        application.stop()


def get_all(client, target):
    page = client.get(target)
    client.read_until(lambda: all(client.finished(stream) for stream in page.pushes))
    assert client.pushed_paths(page) == ASSETS
    assert {client.responses[stream].body for stream in (page.stream_id, *page.pushes)} == {b"fine"}


def answer(request, connection):
    """Keeps the connection where the target says so."""
    if "keep" in request.target:
        return connection.reply(200, b"fine", headers=[("content-type", "text/css")])
    connection.reply(200, b"fine", headers=[("content-type", "text/css"), ("connection", "close")])
    connection.close()


def test_the_page_s_request_goes_first(run):
    application, server = run(OneProcess, '{ proxy = "http://%ADDRESS%" }', answer)
    with Client(server.address()) as client:
        get_all(client, PAGE)
    assert [request.target for request in application.requests] == [PAGE, *ASSETS]


def test_the_page_gets_the_connection_that_was_kept(run):
    application, server = run(OneProcess, '{ proxy = "http://%ADDRESS%" }', answer)
    with Client(server.address()) as client:
        client.get("/keep")
        get_all(client, PAGE)
    assert [request.target for request in application.requests] == ["/keep", PAGE, *ASSETS]


def test_the_page_s_script_runs_first(run):
    route = '{ fastcgi = { servers = "%ADDRESS%" }, root = "www" }'
    application, server = run(FastCgiProcess, route, None)
    with Client(server.address()) as client:
        get_all(client, PAGE)
    assert application.requests == [PAGE, *ASSETS]


def test_assets_do_not_wait_for_the_page_s_answer(serve, application):
    """Each answer is held back until the application has been asked for all of it."""
    together = threading.Barrier(1 + len(ASSETS))

    def wait(request, connection):
        together.wait(20 * outrider.SLOWER)
        connection.reply(200, b"fine", headers=[("content-type", "text/css")])

    server = serve(CONFIG.replace("%ROUTE%", f'{{ proxy = "{application(wait).url}" }}'), files=FILES)
    with Client(server.address()) as client:
        get_all(client, PAGE)
