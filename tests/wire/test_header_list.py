# SPDX-License-Identifier: MIT
"""A header list is bounded as it decodes: LIBRARY: one byte of HPACK repeats a field of 4 KB (RFC 7541 6.1), and only the block as
it was sent has a limit, of some 400 KB. A head of 23 KB kept a worker busy for four seconds and took 2 GB."""
import pytest

from h2client import Client
from h2raw import ENHANCE_YOUR_CALM, HEADERS, RawClient, frame

CONTINUATION = 9
CONFIG = """
return {
  workers = 1,
  listen = { { address = "127.0.0.1:0" } },
  sites = { ["*"] = { rules = "rules/*.lua", routes = { ["/"] = { files = "www" }, ["/app/"] = { proxy = "%URL%" } } } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
RULES = """
rule { path = "/**", when = { no_cookie = "session*" }, hints = { style "/a.css" } }
rule { path = "/**", hints = function(req) return { image("/" .. tostring(req.headers["x-a"]) .. ".png") } end }
"""
MOST = 65_536  # bytes, with 32 for each field (RFC 9113 6.5.2)
REPEATED = b"\xbe"  # the table's newest entry


@pytest.fixture
def server(serve, application):
    app = application(lambda request, connection: connection.reply(200, str(len(request.headers))))
    return serve(CONFIG.replace("%URL%", app.url), files={"www/page": "page", "www/a.css": "a", "rules/r.lua": RULES})


def head(client, path, field, count):
    """The frames of a request that has the field so many times."""
    block = client.request(1, path, [field], end=False)[9:] + REPEATED * (count - 1)
    parts = [block[at:at + 16_000] for at in range(0, len(block), 16_000)]
    kinds = [HEADERS] + [CONTINUATION] * (len(parts) - 1)
    return b"".join(frame(kind, (kind == HEADERS) | (4 if part is parts[-1] else 0), 1, part) for kind, part in zip(kinds, parts))


@pytest.mark.parametrize("count", [20, 1_000, 300_000])
@pytest.mark.parametrize("path", ["/page", "/app/page"])
@pytest.mark.parametrize("field", [("cookie", ";a" * 1_950), ("x-a", "a" * 3_900)], ids=["cookie", "another"])
def test_who_sends_too_large_a_list_is_cut(server, path, field, count):
    with Client(server.address()) as other:
        before = server.resident_kib()
        with RawClient(server.address()) as client:
            client.send(head(client, path, field, count))
            assert client.error() == ENHANCE_YOUR_CALM
        # The decoder links each repetition to the bytes of the first: 16 bytes, until the connection is closed.
        assert server.resident_kib() - before < 40_000
        assert other.get("/page").status == 200
    assert "too large a header list" in server.log()


@pytest.mark.parametrize("path", ["/page", "/app/page"])
@pytest.mark.parametrize("field, count", [(("cookie", ";a" * 1_950), 16), (("cookie", ""), 1_650)], ids=["large", "many"])
def test_what_is_just_small_enough_is_served(server, path, field, count):
    assert 0.9 < count * (len(field[0]) + len(field[1]) + 32) / MOST < 1
    with RawClient(server.address()) as client:
        client.send(head(client, path, field, count))
        client.read_until(lambda: 1 in client.ended)
        assert dict(client.heads[1])[":status"] == "200"


def test_too_many_fields_get_431(server):
    with RawClient(server.address()) as client:
        client.send(head(client, "/app/page", ("x-a", ""), 101))
        client.read_until(lambda: 1 in client.ended)
        assert dict(client.heads[1])[":status"] == "431"
        # The connection goes on.
        client.send(client.request(3, "/page"))
        client.read_until(lambda: 3 in client.ended)
        assert dict(client.heads[3])[":status"] == "200"
    assert server.status()["defended"] == {"header_fields": 1}


def test_a_long_path_counts(server):
    with RawClient(server.address()) as client:
        client.send(head(client, "/" + "a" * 70_000, ("x-a", "a"), 1))
        assert client.error() == ENHANCE_YOUR_CALM
