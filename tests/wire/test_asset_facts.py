# SPDX-License-Identifier: MIT
"""What an asset's own answers say decides whether it is promised and hinted afterwards: not where it fails, redirects or wants
credentials; and what one visitor is told decides nothing for others."""

import pytest

from asset_site import AUTHORIZED, CHROMIUM, CSS, server, site, visits  # noqa: F401
from h2client import Client

# Failures


@pytest.mark.parametrize("status", [404, 410, 500, 503])
def test_an_asset_that_fails_is_not_promised_until_a_client_got_it(server, site, visits, status):
    site.assets["/a/x.css"] = (status, [])
    assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": None}, "sent"), "nobody knew, and the promise is taken back"
    assert visits.pushed("/page/style/a/x.css") == ({}, "asset_failed")
    assert visits.early("/page/style/a/x.css") == ([], "asset_failed")
    assert visits.get("/a/x.css") == status
    assert visits.pushed("/page/style/a/x.css") == ({}, "asset_failed")
    site.assets["/a/x.css"] = (200, [CSS])
    assert visits.pushed("/page/style/a/x.css") == ({}, "asset_failed"), "nobody has asked for it"
    assert visits.get("/a/x.css") == 200
    assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent")
    assert visits.early("/page/style/a/x.css") == (["</a/x.css>; rel=preload; as=style"], "sent")
    line = server.wait_for_access(lambda line: line["target"] == "/a/x.css" and line["pushed"])
    assert line["status"] == status


def test_a_promise_that_failed_is_not_repeated_on_its_connection_either(server, site):
    site.assets["/a/x.css"] = (500, [])
    with Client(server.address()) as client:
        failed = client.get("/page/style/a/x.css")
        assert [client.responses[stream].reset is not None for stream in failed.pushes] == [True]
        assert client.get("/page/style/a/x.css").pushes == {}
        site.assets["/a/x.css"] = (200, [CSS])
        assert client.get("/a/x.css").status == 200
        assert client.get("/page/style/a/x.css").pushes == {}, "this client has it now"


def test_one_bad_answer_to_a_client_ends_nothing(site, visits):
    """It may be one failing instance's, or what the client itself provoked."""
    site.assets["/a/x.css"] = (200, [CSS])
    assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent")
    site.assets["/a/x.css"] = (500, [])
    assert visits.get("/a/x.css") == 500
    site.assets["/a/x.css"] = (200, [CSS])
    assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent")


def test_a_file_is_known_to_be_missing_without_a_promise(server, visits):
    assert visits.pushed("/page/style/files/new.css") == ({}, "asset_failed")
    assert visits.early("/page/style/files/new.css") == ([], "asset_failed")
    server.write("www/new.css", "new{}")
    assert visits.pushed("/page/style/files/new.css") == ({"/files/new.css": 200}, "sent")
    (server.folder / "www/new.css").unlink()
    assert visits.pushed("/page/style/files/new.css") == ({}, "asset_failed")


def test_a_denied_file_is_not_promised(visits):
    assert visits.pushed("/page/style/files/secret.css") == ({}, "asset_failed")
    assert visits.early("/page/style/files/secret.css") == ([], "asset_failed")
    assert visits.get("/files/secret.css") == 403


def test_a_promise_that_fails_before_it_is_made_is_none(server, visits):
    """What the file's name alone does not tell: this one leads to itself."""
    (server.folder / "www/loop.css").symlink_to("loop.css")
    assert visits.pushed("/page/style/files/loop.css") == ({}, "no_answer")
    assert visits.pushed("/page/style/files/loop.css") == ({}, "asset_failed")
    (server.folder / "www/loop.css").unlink()
    server.write("www/loop.css", "body{}")
    assert visits.get("/files/loop.css") == 200
    assert visits.pushed("/page/style/files/loop.css") == ({"/files/loop.css": 200}, "sent")


# Redirects


def test_an_asset_that_redirects_is_not_hinted_early(site, visits):
    site.assets["/a/x.css"] = (302, [("Location", "/files/app.css")])
    page = "/page/style/a/x.css"
    # Two answers must agree, for one could be a failing instance's.
    assert [visits.pushed(page) for _ in range(3)] == [({"/a/x.css": 302}, "sent"), ({"/a/x.css": 302}, "sent"), ({}, "asset_redirects")]
    assert visits.early(page) == ([], "asset_redirects")
    site.assets["/a/x.css"] = (200, [CSS])
    assert visits.get("/a/x.css") == 200
    assert visits.pushed(page) == ({"/a/x.css": 200}, "sent")


def test_a_redirecting_route_is_known_at_once(visits):
    assert visits.pushed("/page/style/moved/app.css") == ({}, "asset_redirects")
    assert visits.early("/page/style/moved/app.css") == ([], "asset_redirects")


# Credentials


def guarded(request):
    good = request.headers.get("authorization") == "Bearer good"
    return (200, [("Content-Type", "application/json"), ("Cache-Control", "private")]) if good else (401, [("WWW-Authenticate", "Bearer")])


def test_what_wants_authorization_is_promised_only_with_it(site, visits):
    site.assets["/a/me.json"] = guarded
    assert visits.pushed("/page/fetch/a/me.json", AUTHORIZED) == ({"/a/me.json": None}, "sent"), "nobody knew"
    assert visits.get("/a/me.json") == 401
    assert visits.pushed("/page/fetch/a/me.json", AUTHORIZED) == ({}, "needs_credentials")
    assert visits.pushed("/page/own/a/me.json", AUTHORIZED) == ({"/a/me.json": 200}, "sent")
    assert visits.pushed("/page/fetch/a/me.json", AUTHORIZED) == ({}, "needs_credentials"), "still for who hints it without"


def test_the_named_field_is_in_the_promise_of_its_connection_alone(server, site):
    site.assets["/a/me.json"] = guarded
    for token in ("Bearer good", "Bearer other"):
        with Client(server.address()) as client:
            page = client.get("/page/own/a/me.json", headers=[("authorization", token), ("cookie", "a=b")])
            [promise] = [dict(head) for head in page.pushes.values()]
            assert promise["authorization"] == token and "cookie" not in promise


@pytest.mark.parametrize("headers", [[], [("authorization", "Bearer bad")]])
def test_a_visitor_without_the_right_credentials_ends_no_promise_of_others(site, visits, headers):
    site.assets["/a/me.json"] = guarded
    for _ in range(3):
        visits.pushed("/page/own/a/me.json", headers)
        assert visits.get("/a/me.json", headers=headers) == 401
    assert visits.pushed("/page/own/a/me.json", AUTHORIZED) == ({"/a/me.json": 200}, "sent")


def test_a_visitor_s_own_refusal_does_not_end_it_for_others(site, visits):
    """A cookie may be of somebody who is locked out."""
    site.assets["/a/x.css"] = lambda request: (403, []) if "cookie" in request.headers else (200, [CSS])
    assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent")
    for _ in range(5):
        assert visits.get("/a/x.css", headers=[("cookie", "session=locked")]) == 403
    assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent")
    assert visits.early("/page/style/a/x.css", [*CHROMIUM, ("cookie", "session=locked")])[1] == "sent"


COOKIE = [("cookie", "session=anna")]


@pytest.mark.parametrize("fields, listed", [
    ([("Content-Type", "text/html")], "wrong_type"), ([CSS, ("Cache-Control", "no-store")], "not_cacheable"), ([CSS, ("Vary", "X-Foo")], "asset_varies"),
    ([CSS, ("Set-Cookie", "a=b")], "needs_credentials")])
def test_what_one_visitor_is_told_of_an_asset_changes_nothing_for_others(site, visits, fields, listed):
    hints = visits.early if listed == "not_cacheable" else visits.pushed
    site.assets["/a/x.css"] = lambda request: (200, fields) if "cookie" in request.headers else (200, [CSS])
    hints("/page/style/a/x.css")
    assert visits.get("/a/x.css") == 200
    for _ in range(5):
        assert visits.get("/a/x.css", headers=COOKIE, source="127.0.0.2") == 200
    assert hints("/page/style/a/x.css")[1] == "sent"


def test_where_every_visitor_has_a_cookie_facts_are_learned_and_learned_anew(site, visits):
    site.assets["/a/x.css"] = (200, [CSS, ("Cache-Control", "no-store")])
    page = "/page/style/a/x.css"
    assert visits.early(page)[1] == "sent", "nobody knew"
    assert visits.get("/a/x.css", headers=COOKIE, source="127.0.0.2") == 200
    assert visits.early(page) == ([], "not_cacheable"), "the first answer counts"
    site.assets["/a/x.css"] = (200, [CSS])
    for _ in range(3):
        assert visits.get("/a/x.css", headers=COOKIE, source="127.0.0.2") == 200
    assert visits.early(page) == ([], "not_cacheable"), "one visitor alone changes nothing"
    assert visits.get("/a/x.css", headers=COOKIE, source="127.0.0.3") == 200
    assert visits.early(page)[1] == "sent"


CLAIMS = [("x-original-url", "/"), ("x-envoy-original-path", "/"), ("x-script-name", "/x"), ("x_http_method_override", "DELETE"), ("client-ip", "192.0.2.1")]
BAD_ANSWERS = [(404, []), (500, []), (301, [("Location", "/")]), (200, [("Content-Type", "text/html")]), (200, [CSS, ("Vary", "X-Foo")])]
an_answer = pytest.mark.parametrize("answer", BAD_ANSWERS, ids=["404", "500", "301", "html", "varies"])


@an_answer
def test_what_a_client_s_own_fields_may_have_asked_for_teaches_nothing(site, visits, answer):
    site.assets["/a/x.css"] = lambda request: answer if any(name in request.headers for name, _ in CLAIMS) else (200, [CSS])
    assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent")
    for claim in CLAIMS:
        assert [visits.get("/a/x.css", headers=[claim]) for _ in range(2)] == [answer[0]] * 2
        assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent"), claim


@an_answer
def test_what_is_answered_at_a_made_up_port_teaches_nothing_of_the_usual_one(server, site, visits, answer):
    """Neither where a client asks for it nor where it is promised: applications redirect from there, and some refuse."""
    site.assets["/a/x.css"] = lambda request: answer if request.headers["host"].endswith(":81") else (200, [CSS])
    assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent")
    for _ in range(2):
        with Client(server.address(), server_name="localhost:81") as client:
            client.get("/page/style/a/x.css")
            client.read_until(lambda: all(client.finished(stream) for stream in client.responses))
        with Client(server.address(), server_name="localhost:81") as client:
            assert client.get("/a/x.css").status == answer[0]
    assert visits.pushed("/page/style/a/x.css") == ({"/a/x.css": 200}, "sent")


def test_a_promise_with_a_client_s_own_fields_teaches_nothing(site, visits):
    site.assets["/a/me.json"] = (200, [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
    for _ in range(3):
        assert visits.pushed("/page/own/a/me.json", AUTHORIZED) == ({"/a/me.json": 200}, "sent")
    assert visits.early("/page/fetch/a/me.json")[1] == "sent"
