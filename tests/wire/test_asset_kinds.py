# SPDX-License-Identifier: MIT
"""What an asset's own answers say decides how it is hinted afterwards: by its size, not as what differs between clients, not ahead of
a page that would fetch it again, and as what it really is."""
import contextlib
import email.utils
import http.client
import threading
import time

import pytest

from asset_site import CHROMIUM, CONFIG, CSS, FILES, FIREFOX, Visits, server, site, visits  # noqa: F401
from h2client import Client

# Sizes


def chunked(body, whole=True):
    def answer(connection):
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/css\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(body), body))
        connection.send("0\r\n\r\n") if whole else connection.close()
    return answer


def test_the_size_of_a_whole_body_counts(server, site, visits):
    site.raw["/a/x.css"] = chunked(b"x" * 50000)
    visits.early("/page/tight/a/x.css")
    assert visits.get("/a/x.css") == 200
    server.wait_for_access(lambda line: line["target"] == "/a/x.css")
    assert visits.pushed("/page/tight/a/x.css") == ({}, "over_budget")


@pytest.mark.parametrize("headers", [[("x-original-url", "/large")], [("x-original-url", "/large"), ("cookie", "a=b")]], ids=["claim", "cookie"])
def test_the_size_of_what_a_client_s_own_fields_may_have_asked_for_does_not(server, site, visits, headers):
    site.raw["/a/x.css"] = chunked(b"x" * 50000)
    visits.early("/page/tight/a/x.css")
    assert visits.get("/a/x.css", headers=headers) == 200
    server.wait_for_access(lambda line: line["target"] == "/a/x.css")
    site.raw.clear()
    site.assets["/a/x.css"] = (200, [CSS])
    assert visits.pushed("/page/tight/a/x.css") == ({"/a/x.css": 200}, "sent")


@pytest.mark.parametrize("cookie", [[], [("cookie", "a=b")]], ids=["", "cookie"])
def test_what_is_compressed_is_as_large_as_it_was_sent(serve, application, site, cookie):
    server = serve(CONFIG.replace("%URL%", application(site).url).replace("{ proxy", "{ gzip = true, proxy"), files=FILES)
    visits = Visits(server)
    headers = [*cookie, ("accept-encoding", "gzip")]
    site.raw["/a/x.css"] = lambda connection: connection.reply(200, "body{}" * 20000, [CSS, ("Cache-Control", "max-age=60")])
    visits.early("/page/tight/a/x.css", [*CHROMIUM, *headers])
    for count in range(1, 3):
        assert visits.get("/a/x.css", headers=headers) == 200
        server.wait_for_access(lambda _: sum(line["target"] == "/a/x.css" and not line["pushed"] for line in server.access_log()) == count)
        pushed, reason = visits.pushed("/page/tight/a/x.css", headers)
        assert (pushed, reason) == ({"/a/x.css": 200}, "sent")


def test_a_body_that_is_counted_keeps_no_head_waiting(site, server, visits):
    may_go_on = threading.Event()

    def answer(connection):
        connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/css\r\nTransfer-Encoding: chunked\r\n\r\n")
        may_go_on.wait(60)
        connection.send("6\r\nbody{}\r\n0\r\n\r\n")

    site.raw["/a/x.css"] = answer
    visits.early("/page/style/a/x.css")
    with Client(server.address(), push=False) as client:
        asset = client.responses[client.send("/a/x.css")]
        client.read_until(lambda: asset.headers is not None)
        may_go_on.set()
        client.read_until(lambda: client.finished(asset.stream_id))
    assert asset.body == b"body{}"


@pytest.mark.parametrize("whole", [True, False], ids=["client", "upstream"])
def test_the_size_of_a_body_that_broke_off_does_not(server, site, visits, whole):
    site.raw["/a/x.css"] = chunked(b"x" * 50000, whole)
    visits.early("/page/tight/a/x.css")
    with Client(server.address(), push=False, window=45000 if whole else None) as client:
        asset = client.responses[client.send("/a/x.css")]
        if whole:
            client.read_until(lambda: len(asset.body) == 45000)
            client.h2.reset_stream(asset.stream_id)
            client.flush()
        else:
            client.read_until(lambda: asset.reset is not None)
            assert len(asset.body) == 50000
        server.wait_for_access(lambda line: line["target"] == "/a/x.css")
    site.raw.clear()
    site.assets["/a/x.css"] = (200, [CSS])
    assert visits.pushed("/page/tight/a/x.css") == ({"/a/x.css": 200}, "sent")


# Variants


@pytest.mark.parametrize("field, reason", [
    (("Set-Cookie", "seen=1"), "needs_credentials"), (("Vary", "Cookie"), "needs_credentials"), (("Vary", "Accept-Encoding, cookie"), "needs_credentials"),
    (("Vary", "Authorization"), "needs_credentials"), (("Vary", "X-Foo"), "asset_varies"), (("Vary", "Accept"), "asset_varies")])
def test_an_asset_that_is_not_the_same_for_all_is_not_promised_once_that_is_known(site, visits, field, reason):
    site.assets["/a/x.css"] = (200, [CSS, field])
    assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent"), "nobody knew"
    assert visits.pushed("/page/style/a/x.css") == ({}, reason)
    assert visits.early("/page/style/a/x.css") == (["</a/x.css>; rel=preload; as=style"], "sent"), "a browser asks with all it has"
    site.assets["/a/x.css"] = (200, [CSS])
    visits.get("/a/x.css")
    assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent")


@pytest.mark.parametrize("names", ["Accept-Encoding", "accept-encoding, User-Agent", "Accept-Language", "Origin"])
def test_what_varies_by_fields_that_a_promise_repeats_is_promised(site, visits, names):
    site.assets["/a/x.css"] = (200, [CSS, ("Vary", names)])
    for _ in range(2):
        assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent")


# Caching


@pytest.mark.parametrize("field", [
    ("Cache-Control", "no-store"), ("Cache-Control", "no-cache"), ("Cache-Control", "private, No-Cache"), ("Cache-Control", "max-age=0"),
    ("Expires", "0"), ("Last-Modified", email.utils.formatdate(time.time() + 3600, usegmt=True))], ids=": ".join)
@pytest.mark.parametrize("browser", [CHROMIUM, FIREFOX], ids=["chromium", "firefox"])
def test_what_browsers_would_fetch_again_is_left_out_of_the_103_once_that_is_known(site, visits, field, browser):
    site.assets["/a/x.css"] = (200, [CSS, field])
    assert visits.early("/page/style/a/x.css", browser) == (["</a/x.css>; rel=preload; as=style"], "sent"), "nobody knew"
    assert visits.get("/a/x.css") == 200
    assert visits.early("/page/style/a/x.css", browser) == ([], "not_cacheable")
    assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent"), "a pushed one is used nevertheless"
    site.assets["/a/x.css"] = (200, [CSS, ("Cache-Control", "max-age=60")])
    visits.get("/a/x.css")
    assert visits.early("/page/style/a/x.css", browser)[1] == "sent"


def test_a_file_s_cache_control_comes_from_its_route_and_is_known_before_anybody_asked(visits):
    assert visits.early("/page/style/fresh/app.css") == ([], "not_cacheable")
    assert visits.early("/page/style/files/app.css")[1] == "sent"


def test_made_up_assets_push_out_no_facts_of_real_ones(server, site, visits):
    site.assets["/a/x.css"] = (200, [CSS, ("Cache-Control", "no-store")])
    visits.early("/page/style/a/x.css")
    visits.get("/a/x.css")
    with contextlib.closing(http.client.HTTPConnection(*server.address())) as connection:
        for n in range(200):
            connection.request("GET", f"/page/many/{n}")
            response = connection.getresponse()
            assert response.read() == b"page" and len(response.headers.get_all("link")) == 50
    assert visits.early("/page/style/a/x.css") == ([], "not_cacheable")


# Types


def mistakes(server):
    return [line.partition(" warning ")[2] for line in server.log().splitlines() if " warning " in line and "the asset is" in line]


@pytest.mark.parametrize("line, kind, file, media_type, wrong, right", [
    (2, "script", "app.css", "text/css; charset=utf-8", "as=script", "as=style"),
    (1, "style", "logo.svg", "image/svg+xml", "as=style", "as=image"),
    (1, "style", "x.woff2", "font/woff2", "as=style", "as=font; crossorigin"),
    (3, "font", "app.css", "Text/CSS", "as=font; crossorigin", "as=style"),
])
def test_a_wrong_kind_is_corrected_with_one_warning(server, site, visits, line, kind, file, media_type, wrong, right):
    asset, page = f"/a/{file}", f"/page/{kind}/a/{file}"
    site.assets[asset] = (200, [("Content-Type", media_type)])
    assert visits.early(page) == ([f"<{asset}>; rel=preload; {wrong}"], "sent"), "nobody knew"
    assert visits.get(asset) == 200
    for _ in range(3):
        answer, [(how, _)], _ = visits.visit(page, False, CHROMIUM)
        assert [dict(head)["link"] for head in answer.informational] == answer.all("link") == [f"<{asset}>; rel=preload; {right}"]
        assert how == "early_hints"
    assert visits.pushed(page) == ({asset: 200}, "sent")
    [told] = mistakes(server)
    assert f'rules/r.lua:{line}: rule "{kind}" hints {asset} as {kind}, but the asset is {media_type.partition(";")[0].lower()}' in told


def test_the_kind_of_a_file_is_corrected_too(server, visits):
    """By its name, so from the start."""
    for _ in range(2):
        assert visits.early("/page/style/files/logo.svg")[0] == ["</files/logo.svg>; rel=preload; as=image"]
    assert len(mistakes(server)) == 1


def test_a_page_in_place_of_an_asset_is_not_hinted(server, visits):
    """As applications of a single page answer whatever they do not know."""
    page = "/page/style/spa/gone.css"
    assert visits.pushed(page) == ({"/spa/gone.css": 200}, "sent"), "nobody knew"
    assert visits.pushed(page) == ({}, "wrong_type")
    assert visits.early(page) == ([], "wrong_type")
    answer, decided, _ = visits.visit(page, False)
    assert decided == [("none", "wrong_type")] and answer.all("link") == []
    [told] = mistakes(server)
    assert 'r.lua:1: rule "style" hints /spa/gone.css as style, but the asset is text/html' in told
    server.write("www/gone.css", "back{}")
    visits.get("/spa/gone.css")
    assert visits.pushed(page) == ({"/spa/gone.css": 200}, "sent")


@pytest.mark.parametrize("asset", ["application/octet-stream", ""])
def test_an_asset_that_does_not_say_what_it_is_is_believed_to_be_right(server, site, visits, asset):
    site.assets["/a/x.css"] = (200, [("Content-Type", asset)] if asset else [])
    for _ in range(2):
        assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent")
    assert visits.early("/page/style/a/x.css")[1] == "sent" and mistakes(server) == []
