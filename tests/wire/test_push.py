# SPDX-License-Identifier: MIT
"""PUSH_PROMISE on the wire: which client gets one, in which order, and when it must not happen."""
import http.client
import ssl
import threading

import h2.errors
import pytest

import h2client
import outrider

CONFIG = """
return {
  workers = 1,
  listen = { { address = "127.0.0.1:0", tls = { certificate = "t/localhost.pem", key = "t/localhost.key" } } },
  sites = { ["*"] = { rules = "rules/*.lua", routes = { ["/"] = { files = "www" } } } },
  log = { access = { to = "stdout", format = "json" }, error = { level = "debug" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
PAGE = {"www/index.html": "<!doctype html><title>page</title>" + "x" * 5000,
        "www/app.css": "body{}" * 100, "www/app.js": "1;" * 300, "www/other.html": "other"}
RULES = """
rule { name = "home", path = { "/", "/index.html" }, hints = { style "/app.css", script "/app.js" } }
rule { name = "other", path = "/other.html", hints = function(req) return { "/app.css" } end }
rule { name = "assets push nothing", path = "/app.css", hints = { script "/app.js" } }
"""


def Client(address, **options):
    """These tests are all over TLS; vtc/ has the like over h2c."""
    return h2client.Client(address, tls=True, **options)


@pytest.fixture(autouse=True)
def certificate(tmp_path):
    outrider.certificate(tmp_path / "t", "localhost")


@pytest.fixture
def server(serve):
    return serve(CONFIG, files={**PAGE, "rules/site.lua": RULES})


def test_pushes_before_the_page(server):
    with Client(server.address()) as client:
        page = client.get("/")
        assert client.pushed_paths(page) == ["/app.css", "/app.js"]
        promises = [i for i, (name, _) in enumerate(client.events) if name == "PushedStreamReceived"]
        assert max(promises) < client.position("ResponseReceived", page.stream_id)
        assert page.status == 200
        for stream in page.pushes:
            assert client.responses[stream].status == 200
        assert client.responses[2].body == PAGE["www/app.css"].encode()
        assert page.all("link") == ["</app.css>; rel=preload; as=style", "</app.js>; rel=preload; as=script"]
    line = server.wait_for_access(lambda line: line["target"] == "/")
    assert [(d["url"], d["how"], d["reason"], d["rule"]) for d in line["deliveries"]] == [
        ("/app.css", "push", "sent", "home"), ("/app.js", "push", "sent", "home")]
    assert server.wait_for_access(lambda line: line["target"] == "/app.css")["pushed"]


def test_a_promise_waits_for_nobody(serve, application):
    """Neither for the page's application nor for the asset's: the client should not ask for it meanwhile."""
    thinks = threading.Event()

    def slow(request, connection):
        thinks.wait(20)
        connection.reply(200, "slow")
    url = application(slow).url
    server = serve(CONFIG.replace('{ files = "www" }', f'{{ proxy = "{url}" }}'), files={"rules/site.lua": RULES})
    with Client(server.address()) as client:
        page = client.responses[client.send("/")]
        client.read_until(lambda: len(page.pushes) == 2)
        assert page.headers is None
        thinks.set()
        client.read_until(lambda: all(client.finished(stream) for stream in (page.stream_id, *page.pushes)))
        assert [client.responses[stream].body for stream in page.pushes] == [b"slow"] * 2


def test_a_function_pushes_too(server):
    with Client(server.address()) as client:
        assert client.pushed_paths(client.get("/other.html")) == ["/app.css"]


def test_enable_push_0_gets_link_alone(server):
    with Client(server.address(), push=False) as client:
        page = client.get("/")
        assert page.pushes == {}
        assert len(page.all("link")) == 2
    line = server.wait_for_access(lambda line: line["target"] == "/")
    assert [(d["how"], d["reason"]) for d in line["deliveries"]] == [("link", "not_navigation")] * 2


def test_never_twice_on_one_connection(server):
    with Client(server.address()) as client:
        assert len(client.get("/").pushes) == 2
        again = client.get("/")
        assert again.pushes == {}
        assert len(again.all("link")) == 2
        assert client.get("/other.html").pushes == {}
    line = server.wait_for_access(lambda line: line["target"] == "/other.html")
    assert [d["reason"] for d in line["deliveries"]] == ["already_sent"]
    with Client(server.address()) as client:
        assert len(client.get("/").pushes) == 2


def test_a_push_does_not_push(server):
    """The rule of /app.css would push /app.js: not for a request that is itself a push."""
    with Client(server.address()) as client:
        page = client.get("/other.html")
        client.read_for(0.3)
        assert client.pushed_paths(page) == ["/app.css"]
        assert client.responses[2].pushes == {}


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT"])
def test_no_push_for_other_methods(server, method):
    with Client(server.address()) as client:
        stream = client.send("/", method=method, body=b"x" if method != "HEAD" else None)
        client.read_until(lambda: client.finished(stream))
        assert client.responses[stream].pushes == {}


@pytest.mark.parametrize("limit, expected", [(0, 0), (1, 1), (2, 2)])
def test_client_stream_limit(server, limit, expected):
    with Client(server.address(), max_streams=limit) as client:
        page = client.get("/")
        assert len(page.pushes) == expected
        assert page.status == 200 and len(page.all("link")) == 2


def test_reset_of_every_push(server):
    """A client may cancel what it did not ask for: nobody is cut for that, and the page comes."""
    for _ in range(5):
        with Client(server.address(), window=100) as client:
            stream = client.send("/")
            client.read_until(lambda: len(client.responses[stream].pushes) == 2)
            for pushed in client.responses[stream].pushes:
                client.h2.reset_stream(pushed, h2.errors.ErrorCodes.CANCEL)
            client.h2.increment_flow_control_window(100000, stream)
            client.flush()
            client.read_until(lambda: client.finished(stream))
            assert client.responses[stream].ended and client.goaway is None
    server.wait_at_rest()


def test_goaway_ends_pushing(server):
    with Client(server.address()) as client:
        client.h2.close_connection()
        # python3-h2 sends nothing after its own GOAWAY, so the request goes by hand, on a fresh encoder.
        head = client.h2.encoder.encode([(":method", "GET"), (":scheme", "https"), (":authority", "localhost"), (":path", "/")])
        frame = len(head).to_bytes(3, "big") + b"\x01\x05" + (1).to_bytes(4, "big") + head
        client.sock.sendall(client.h2.data_to_send() + frame)
        data = b""
        client.sock.settimeout(5)
        while b"page</title>" not in data:
            more = client.sock.recv(65536)
            assert more, "closed before the page"
            data += more
        types = []
        while len(data) >= 9:
            length = int.from_bytes(data[:3], "big")
            types.append(data[3])
            data = data[9 + length:]
        assert 5 not in types, "a PUSH_PROMISE after the client's GOAWAY"


def test_window_0_holds_the_bytes_not_the_server(server):
    with Client(server.address(), window=0) as client:
        stream = client.send("/")
        client.read_until(lambda: client.responses[stream].headers is not None)
        client.read_for(0.2)
        assert client.responses[stream].body == b""
        assert len(client.responses[stream].pushes) == 2
        assert Client(server.address()).get("/other.html").status == 200
    server.checks_rest = False  # the second client above is still open


def test_http1_gets_link(server):
    connection = http.client.HTTPSConnection(*server.address(), context=ssl._create_unverified_context())
    connection.request("GET", "/")
    response = connection.getresponse()
    assert response.status == 200
    assert response.headers.get_all("link") == ["</app.css>; rel=preload; as=style", "</app.js>; rel=preload; as=script"]
    response.read()
    connection.close()


def test_limit_on_open_pushes(serve):
    many = "".join(f'"/a{i}.css", ' for i in range(40))
    rule = f'rule {{ path = "/", hints = {{ {many} }} }}'
    files = {"www/index.html": "page", "rules/r.lua": rule, **{f"www/a{i}.css": "a" * 2000 for i in range(40)}}
    server = serve(CONFIG.replace('health', 'health').replace("workers = 1,", "workers = 1, limits = { pushes_per_connection = 5 },"),
                   files=files)
    with Client(server.address(), window=10) as client:  # nothing ends, so every push stays open
        stream = client.send("/")
        client.read_until(lambda: client.responses[stream].headers is not None)
        client.read_for(0.2)
        assert len(client.responses[stream].pushes) == 5
        assert len(client.responses[stream].all("link")) == 40
    line = server.wait_for_access(lambda line: line["target"] == "/")
    assert [d["reason"] for d in line["deliveries"]].count("push_limit") == 35


def test_a_missing_asset_is_not_called_sent(serve, tmp_path):
    """One that is not there is known before; one that leads nowhere shows when it is asked for."""
    rule = 'rule { path = "/", hints = { style "/none.css", style "/loop.css", style "/app.css" } }'
    server = serve(CONFIG, files={**PAGE, "rules/r.lua": rule})
    (tmp_path / "www/loop.css").symlink_to("loop.css")
    with Client(server.address()) as client:
        assert client.pushed_paths(client.get("/")) == ["/app.css"]
    line = server.wait_for_access(lambda line: line["target"] == "/")
    assert [(d["how"], d["reason"]) for d in line["deliveries"]] == [
        ("link", "asset_failed"), ("link", "no_answer"), ("push", "sent")]


def test_request_fields_that_a_hint_names_are_in_the_promise(serve):
    rule = 'rule { path = "/", hints = { fetch("/data.json", { with = { "authorization" } }), "/app.css" } }'
    server = serve(CONFIG, files={**PAGE, "www/data.json": "{}", "rules/r.lua": rule})
    with Client(server.address()) as client:
        page = client.get("/", headers=[("authorization", "Bearer x"), ("accept-language", "de"), ("cookie", "a=b")])
        with_it, without = page.pushes.values()
        assert ("authorization", "Bearer x") in [tuple(field) for field in with_it]
        assert "authorization" not in dict(without)
        assert "cookie" not in dict(with_it)


def test_pushed_assets_wait_for_their_page(serve):
    """With a window for everything, a pushed stylesheet's bytes come behind the page's, unless the hint says otherwise."""
    files = {"www/index.html": "p" * 60000, "www/late.css": "c" * 60000, "www/first.css": "f" * 60000,
             "rules/r.lua": 'rule { path = "/", hints = { style "/late.css", style("/first.css", { priority = "before" }) } }'}
    server = serve(CONFIG, files=files)
    with Client(server.address()) as client:
        page = client.get("/")
        ends = [event.stream_id for name, event in client.events if name == "StreamEnded"]
        streams = {path: stream for stream, path in zip(page.pushes, client.pushed_paths(page))}
        assert ends.index(streams["/first.css"]) < ends.index(page.stream_id) < ends.index(streams["/late.css"])
