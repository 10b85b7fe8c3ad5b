# SPDX-License-Identifier: MIT
"""Listeners and sites: TLS with several certificates, ALPN, IPv6, unix sockets, the PROXY protocol, hosts."""
import socket
import ssl
import struct
import subprocess

import pytest

import outrider
from h2client import Client
from http1 import exchange, get

CONFIG = """
return {
  workers = 2,
  listen = {
    { address = "127.0.0.1:0", tls = {
      { certificate = "t/one.example.pem", key = "t/one.example.key" },
      { certificate = "t/two.example.pem", key = "t/two.example.key" },
      { certificate = "t/star.wild.example.pem", key = "t/star.wild.example.key" } } },
    { address = "[::1]:0" },
    { address = "unix:%TMP%/web.sock", mode = "0600" },
    { address = "127.0.0.1:0", proxy_protocol = true, from = { "127.0.0.0/8" } },
    { address = "127.0.0.1:0", proxy_protocol = true, from = { "10.0.0.0/8" } },
    { address = "127.0.0.1:0", redirect_to_https = true },
    { address = "127.0.0.1:0", proxy_protocol = true, from = { "127.0.0.1" }, tls = { certificate = "t/one.example.pem", key = "t/one.example.key" } },
  },
  sites = {
    ["one.example"] = { aliases = { "www.one.example" }, routes = { ["/"] = { files = "one" } } },
    ["*.wild.example"] = { routes = { ["/"] = { files = "wild" } } },
    ["two.example"] = { rules = "rules/*.lua", routes = { ["/"] = { files = "one" } } },
    ["localhost"] = { routes = { ["/"] = { files = "one" } } },
  },
  log = { access = { to = "stdout", format = "json" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""


@pytest.fixture
def server(serve, tmp_path):
    for name in ("one.example", "two.example", "*.wild.example"):
        outrider.certificate(tmp_path / "t", name)
    return serve(CONFIG, files={
        "one/index.html": "one", "wild/index.html": "wild",
        "rules/r.lua": 'rule { path = "/", hints = function(req) return { style("/" .. req.tls.server_name .. "/" .. req.tls.version .. ".css") } end }'})


def served_certificate(address, name, minimum=None, maximum=None, protocols=("h2",)):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(list(protocols))
    if minimum:
        context.minimum_version = minimum
    if maximum:
        context.maximum_version = maximum
    with socket.create_connection(address) as raw, context.wrap_socket(raw, server_hostname=name) as tls:
        pem = ssl.DER_cert_to_PEM_cert(tls.getpeercert(True))
        subject = subprocess.run(["openssl", "x509", "-noout", "-subject", "-nameopt", "RFC2253"], input=pem, text=True,
                                 capture_output=True, check=True).stdout
        return subject.strip().removeprefix("subject=CN="), tls.selected_alpn_protocol(), tls.version()


def test_certificate_by_name(server):
    address = server.address(0)
    assert served_certificate(address, "one.example")[0] == "one.example"
    assert served_certificate(address, "TWO.example")[0] == "two.example"
    assert served_certificate(address, "a.wild.example")[0] == "*.wild.example"
    assert served_certificate(address, "a.b.wild.example")[0] == "one.example"
    assert served_certificate(address, None)[0] == "one.example"
    assert served_certificate(address, "other.org")[0] == "one.example"


def test_versions_and_alpn(server):
    address = server.address(0)
    assert served_certificate(address, "one.example", maximum=ssl.TLSVersion.TLSv1_2)[2] == "TLSv1.2"
    assert served_certificate(address, "one.example", minimum=ssl.TLSVersion.TLSv1_3)[2] == "TLSv1.3"
    assert served_certificate(address, "one.example", protocols=("http/1.1", "h2"))[1] == "h2"
    assert served_certificate(address, "one.example", protocols=("http/1.1",))[1] == "http/1.1"
    with pytest.raises((ssl.SSLError, OSError)):
        served_certificate(address, "one.example", protocols=("spdy/3",))
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, OSError)), socket.create_connection(address) as raw:
        old.wrap_socket(raw)


def test_hosts(server):
    with Client(server.address(0), tls=True, server_name="one.example", push=False) as client:
        assert client.get("/").body == b"one"
    for host, status, body in (("one.example", 200, b"one"), ("WWW.one.example:8443", 200, b"one"), ("x.wild.example", 200, b"wild"),
                               ("unknown.example", 421, None), ("wild.example", 421, None)):
        answer = get(server.address(1), host=host)
        assert answer.status == status, host
        assert body is None or answer.body == body


def test_rules_see_the_connection_s_tls(server):
    with Client(server.address(0), tls=True, server_name="two.example", push=False) as client:
        assert client.get("/").all("link") == ["</two.example/TLSv1.3.css>; rel=preload; as=style"]


def test_ipv6_unix_and_prior_knowledge(server):
    assert server.address(1)[0] == "::1"
    for address in (server.address(1), server.address(2)):
        assert get(address).body == b"one"
        with Client(address, push=False) as client:
            assert client.get("/").body == b"one"
    assert (server.folder / "web.sock").stat().st_mode & 0o777 == 0o600


V2 = b"\r\n\r\n\0\r\nQUIT\n" + b"\x21\x11" + struct.pack(">H", 12) + bytes([192, 0, 2, 8, 127, 0, 0, 1]) + struct.pack(">HH", 4000, 80)
V1 = b"PROXY TCP4 192.0.2.7 127.0.0.1 4000 80\r\n"


def test_proxy_protocol(server):
    assert get(server.address(3), "/?v1", before=V1).body == b"one"
    assert get(server.address(3), "/?v2", before=V2).body == b"one"
    assert get(server.address(3), "/?unknown", before=b"PROXY UNKNOWN\r\n").status == 200
    with Client(server.address(3), before=V2, push=False) as client:
        assert client.get("/?h2").body == b"one"
    with Client(server.address(6), before=V1, tls=True, server_name="one.example", push=False) as client:
        assert client.get("/?tls").body == b"one"
    for target, client in (("/?v1", "192.0.2.7"), ("/?v2", "192.0.2.8"), ("/?h2", "192.0.2.8"), ("/?tls", "192.0.2.7"), ("/?unknown", "127.0.0.1")):
        assert server.wait_for_access(lambda line: line["target"] == target)["client"] == client


def test_proxy_protocol_is_required_and_only_from_its_networks(server):
    assert exchange(server.address(3), b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n") == b""
    assert exchange(server.address(4), V1 + b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n") == b""
    assert "does not begin with a PROXY header" in server.log()


def test_redirect_to_https(server):
    answer = get(server.address(5), "/a/b?c=d", host="one.example")
    assert (answer.status, answer.header("location")) == (301, "https://one.example/a/b?c=d")
    assert get(server.address(5), "/", host="one.example", method="POST", body=b"x").status == 308
    assert get(server.address(5), "/.well-known/acme-challenge/x", host="one.example").status == 404


def test_a_push_in_another_host_s_name_does_not_happen(serve):
    server = serve("""return { workers = 1, listen = { { address = "127.0.0.1:0" } },
      sites = { ["a.example"] = { rules = "rules/*.lua", routes = { ["/"] = { files = "www" } } },
                ["b.example"] = { routes = { ["/"] = { files = "www" } } } },
      log = { access = { to = "stdout", format = "json" } },
      admin = { address = "unix:%TMP%/admin.sock" } }""",
                   files={"www/index.html": "page", "www/x.css": "x",
                          "rules/r.lua": 'rule { path = "/", hints = { style "http://b.example/x.css", style "/x.css" } }'})
    with Client(server.address(), server_name="a.example") as client:
        page = client.get("/")
        assert client.pushed_paths(page) == ["/x.css"] and len(page.all("link")) == 2
    with Client(server.address(), server_name="b.example") as client:
        assert client.get("/").pushes == {}
    line = server.wait_for_access(lambda line: line["target"] == "/")
    assert [d["reason"] for d in line["deliveries"]] == ["cross_origin", "sent"]
