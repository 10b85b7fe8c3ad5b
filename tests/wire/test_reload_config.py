# SPDX-License-Identifier: MIT
"""Reloads of the configuration: what changed takes effect, what did not is not touched, and whoever is connected may
finish."""
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time

import outrider
from h2client import Client
from http1 import connect, get
from outrider import wait_until
from steady import Steady

RELOADS = int(os.environ.get("OUTRIDER_CONFIG_RELOADS", 25))  # tests/soak: 100

CONFIG = """
return {
  workers = 2,
  listen = { { address = "127.0.0.1:0"%TLS% }%MORE% },
  sites = { ["*"] = { rules = "rules/*.lua", routes = { ["/"] = { files = "www" }%ROUTES% } } },
  health = "/health",
  limits = { %LIMITS% },
  log = { access = { to = "%TMP%/access.log", format = "json" } },
  reload = { rollback = { failures_percent = 0, assets_percent = 0 } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
FILES = {"www/index.html": "page", "www/a.css": "a", "rules/a.lua": 'rule { name = "page", path = "/", hints = { style "/a.css" } }\n'}


def config(tls="", more="", routes="", limits=""):
    return CONFIG.replace("%TLS%", tls).replace("%MORE%", more).replace("%ROUTES%", routes).replace("%LIMITS%", limits)


def reload(server, **options):
    server.write("config.lua", config(**options))
    status, answer = server.reload_and_wait()
    assert status == 200, answer
    return answer


def test_reloads_of_the_configuration_lose_nothing(serve, application):
    """Clients that honour GOAWAY, a download and a WebSocket that outlive every reload."""
    chat = threading.Event()

    def upstream(request, connection):
        if "upgrade" not in request.headers:
            return connection.reply(200, "from the application")
        connection.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
        while data := connection.sock.recv(100):
            connection.send(b"echo " + data)
        chat.set()
    routes = f', ["/app/"] = {{ proxy = "{application(upstream).url}" }}'
    size = RELOADS * 3 * 65535 + (4 << 20)  # each reload lets some of it through
    server = serve(config(routes=routes), files={**FILES, "www/big.bin": b"x" * size})
    server.checks_rest = False
    address = server.address()
    with connect(address) as chatting, Client(address, push=False, window=65535) as loader:
        chatting.sendall(b"GET /app/chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                         b"Sec-WebSocket-Key: a\r\nSec-WebSocket-Version: 13\r\n\r\n")
        head = b""
        while b"\r\n\r\n" not in head:
            head += chatting.recv(1000)
        assert b" 101 " in head
        download = loader.send("/big.bin")
        with Steady(address, path="/app/x", pause=0.002, push=False) as load:
            load.wait_for(20)
            for number in range(RELOADS):
                answer = reload(server, routes=routes + f', ["/v{number}/"] = {{ files = "www" }}')
                assert answer["changed"]
                load.wait_for(3)
                assert get(address, f"/v{number}/").body == b"page"
                chatting.sendall(b"%d" % number)
                assert chatting.recv(100) == b"echo %d" % number
                for _ in range(3):
                    loader.h2.increment_flow_control_window(65535)
                    loader.h2.increment_flow_control_window(65535, download)
                    loader.flush()
                    loader.read_some()
        assert load.failures == []
        assert load.goaways >= RELOADS, load.goaways
        wait_until("all but the download's and the WebSocket's old frontends to be gone",
                   lambda: server.live()["old_frontends"] <= 2)
        loader.auto_window = True
        loader.h2.increment_flow_control_window(size)
        loader.h2.increment_flow_control_window(size, download)
        loader.flush()
        loader.read_until(lambda: loader.finished(download), 60)
        assert len(loader.responses[download].body) == size
        assert not chat.is_set()
    wait_until("the old frontends to be gone", lambda: server.live()["old_frontends"] == 0)
    server.checks_rest = True


def test_rules_and_comments_alone_touch_no_connection(serve):
    server = serve(config(), files=FILES)
    with Client(server.address(), push=False) as client:
        assert client.get("/").status == 200
        server.write("config.lua", "-- another line\n" + config().replace("rules/*.lua", "more/*.lua"))
        server.write("more/b.lua", 'rule { name = "other", path = "/", hints = { style "/b.css" } }\n')
        assert server.reload_and_wait()[1]["changed"]
        assert client.get("/").all("link") == ["</b.css>; rel=preload; as=style"]
        assert client.goaway is None


def test_listeners_come_and_go(serve):
    server = serve(config(), files=FILES)
    address = server.address()
    with Client(address, push=False) as client:
        client.get("/")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        reload(server, more=f', {{ address = "127.0.0.1:{port}" }}, {{ address = "unix:%TMP%/web.sock" }}')
        assert server.address(0) == address and server.address(1) == ("127.0.0.1", port)
        assert get(address).body == get(("127.0.0.1", port)).body == get(str(server.folder / "web.sock")).body == b"page"
        client.read_until(lambda: client.goaway is not None)
    reload(server)
    assert get(address).body == b"page"
    assert not (server.folder / "web.sock").exists()
    for gone in (("127.0.0.1", port), str(server.folder / "web.sock")):
        try:
            get(gone)
            raise AssertionError(f"{gone} still answers")
        except OSError:
            pass
    # The port is free again, for anybody.
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_a_port_that_is_taken_refuses_the_whole_reload(serve):
    server = serve(config(), files=FILES)
    with socket.create_server(("127.0.0.1", 0)) as other:
        server.write("config.lua", config(
            more=f', {{ address = "127.0.0.1:{other.getsockname()[1]}" }}, {{ address = "unix:%TMP%/web.sock" }}'))
        server.write("config.lua", server.config.read_text().replace("rules/*.lua", "rules/a.lua"))
        code, _, errors = server.command("reload")
        assert code == 1 and f"127.0.0.1:{other.getsockname()[1]}" in errors and "config.lua:4" in errors
    assert not (server.folder / "web.sock").exists()
    assert server.status()["generation"] == 1
    assert server.command("reload")[0] == 0  # the port has become free


def test_a_handshake_in_flight_lands_in_the_new_configuration(serve, tmp_path):
    certificate, key = outrider.certificate(tmp_path / "one", "localhost")
    tls = f', tls = {{ certificate = "{certificate}", key = "{key}" }}'
    server = serve(config(tls=tls), files=FILES)
    context = ssl.create_default_context(cafile=str(certificate))
    context.set_alpn_protocols(["http/1.1"])
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    handshake = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with connect(server.address()) as sock:
        try:
            handshake.do_handshake()
        except ssl.SSLWantReadError:
            pass
        hello = outgoing.read()
        sock.sendall(hello[:50])
        wait_until("the connection", lambda: server.live()["connections"] == 1)
        reload(server, tls=tls, routes=', ["/new/"] = { files = "www" }')
        sock.sendall(hello[50:])
        while True:
            try:
                handshake.do_handshake()
                break
            except ssl.SSLWantReadError:
                sock.sendall(outgoing.read())
                incoming.write(sock.recv(65536))
        handshake.write(b"GET /new/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        sock.sendall(outgoing.read())
        answer = b""
        while b"page" not in answer:
            try:
                answer += handshake.read(65536)
            except ssl.SSLWantReadError:
                incoming.write(sock.recv(65536))
        assert answer.startswith(b"HTTP/1.1 200") and b"onnection: keep-alive" in answer


def test_an_upstream_that_did_not_change_keeps_its_connections(serve, application):
    running = application(lambda request, connection: connection.reply(200, "x"))
    routes = f', ["/app/"] = {{ proxy = "{running.url}" }}'
    server = serve(config(routes=routes).replace("workers = 2", "workers = 1"), files=FILES)
    for number in range(5):
        with Client(server.address(), push=False) as client:
            assert client.get("/app/").status == 200
        server.write("config.lua", config(routes=routes, limits=f"idle_timeout_ms = {50000 + number}").replace(
            "workers = 2", "workers = 1"))
        assert server.reload_and_wait()[1]["changed"]
    assert running.connections == 1


def test_what_needs_a_restart_is_said(serve):
    server = serve(config(), files=FILES)
    server.write("config.lua", config().replace("workers = 2", "workers = 3").replace("admin.sock", "other.sock"))
    code, output, _ = server.command("reload")
    assert code == 0 and "needs a restart: workers: 2 run and 3 are wanted" in output and "needs a restart: admin: " in output
    assert len(server.status()["needs_restart"]) == 2 and "other.sock" in server.log()


def test_the_access_log_moves_and_is_reopened(serve):
    server = serve(config(), files=FILES)
    first, second = server.folder / "access.log", server.folder / "second.log"
    get(server.address(), "/?1")
    wait_until("the line", lambda: "/?1" in first.read_text())
    server.write("config.lua", config().replace("access.log", "second.log"))
    assert server.reload_and_wait()[0] == 200
    get(server.address(), "/?2")
    wait_until("the line", lambda: second.exists() and "/?2" in second.read_text())
    assert "/?2" not in first.read_text()
    os.rename(second, server.folder / "second.log.1")
    server.process.send_signal(outrider.signal.SIGUSR1)
    wait_until("a new file", lambda: second.exists())
    get(server.address(), "/?3")
    wait_until("the line", lambda: "/?3" in second.read_text())


def serial(address):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection(address, 10) as raw, context.wrap_socket(raw, server_hostname="localhost") as sock:
        return sock.getpeercert(True)


def test_certificates_are_read_anew_by_themselves(serve, tmp_path):
    certificate, key = outrider.certificate(tmp_path / "one", "localhost")
    other, other_key = outrider.certificate(tmp_path / "two", "localhost")
    server = serve(config(tls=f', tls = {{ certificate = "{certificate}", key = "{key}" }}'), files=FILES)
    address = server.address()
    before = serial(address)
    with Client(address, tls=True, push=False) as client:
        client.get("/")
        # A certificate with the wrong key is not used, and is said.
        shutil.copy(other, certificate)
        wait_until("the mismatch", lambda: server.status()["certificate_problems"])
        assert "localhost.key" in server.status()["certificate_problems"][0]
        assert server.metrics()["outrider_reload_last_success"] == 0
        assert serial(address) == before
        shutil.copy(other_key, key)
        wait_until("the new certificate", lambda: serial(address) != before)
        assert client.get("/").status == 200 and client.goaway is None
    assert server.status()["generation"] == 1 and server.status()["certificate_problems"] == []
    assert server.metrics()["outrider_reload_last_success"] == 1
    assert any(name.startswith("outrider_certificate_expiry_seconds{") and value > time.time() + 86000
               for name, value in server.metrics().items())


def test_a_certificate_that_was_missing_comes(serve, tmp_path):
    server = serve(config().replace("workers = 2,", "workers = 2, watch = true,"), files=FILES)
    tls = f', tls = {{ certificate = "{tmp_path}/one/localhost.pem", key = "{tmp_path}/one/localhost.key" }}'
    server.write("config.lua", server.config.read_text().replace('"127.0.0.1:0"', f'"127.0.0.1:0"{tls}'))
    (tmp_path / "one").mkdir()
    wait_until("the failure", lambda: server.status().get("last_reload", {}).get("ok") is False)
    outrider.certificate(tmp_path / "one", "localhost")
    wait_until("the certificate", lambda: server.status()["generation"] > 1 and server.status()["last_reload"]["ok"])


def test_ipv4_comes_back_to_the_wildcard(serve):
    with socket.socket(socket.AF_INET6) as free:
        free.bind(("::", 0))
        port = free.getsockname()[1]
    both = config().replace('"127.0.0.1:0"', f'"[::]:{port}"')
    apart = both.replace(" }%MORE%", " }").replace(
        f'{{ address = "[::]:{port}" }}', f'{{ address = "[::]:{port}" }}, {{ address = "0.0.0.0:{port}" }}')
    server = serve(apart, files=FILES)
    for text in (both, apart, both):
        server.write("config.lua", text)
        status, answer = server.reload_and_wait()
        assert status == 200, answer
        assert get(("127.0.0.1", port)).body == get(("::1", port)).body == b"page"


def resumed(address, session):
    """Whether `openssl s_client` resumed what is in the file; the session is kept there."""
    had = session.exists()
    command = ["openssl", "s_client", "-connect", f"{address[0]}:{address[1]}", "-servername", "localhost", "-tls1_2",
               "-sess_in" if had else "-sess_out", session]
    output = subprocess.run(command, input=b"", capture_output=True, timeout=20).stdout
    return b"Reused, " in output


def test_session_tickets_survive(serve, tmp_path):
    certificate, key = outrider.certificate(tmp_path / "one", "localhost")
    for name in ("new", "old"):
        (tmp_path / f"{name}.key").write_bytes(os.urandom(80))
        os.chmod(tmp_path / f"{name}.key", 0o600)
    tls = f', tls = {{ certificate = "{certificate}", key = "{key}" }}'

    def with_keys(*names):
        listed = ", ".join(f'"{tmp_path}/{name}.key"' for name in names)
        return config(tls=tls).replace("workers = 2,", f"workers = 2, ticket_keys = {{ {listed} }},")
    server = serve(with_keys("old"), files=FILES)
    session = tmp_path / "session"
    assert not resumed(server.address(), session)
    assert resumed(server.address(), session)
    server.write("config.lua", with_keys("new", "old"))
    assert server.reload_and_wait()[0] == 200
    assert resumed(server.address(), session)
    # Another machine behind the same balancer.
    twin = serve(with_keys("new", "old"), files=FILES)
    assert resumed(twin.address(), session)
    server.write("config.lua", with_keys("new"))
    assert server.reload_and_wait()[0] == 200
    assert not resumed(server.address(), session)
