# SPDX-License-Identifier: MIT
"""Whose answers teach what an application hints to everybody: not those to a visitor with something of their own, to another path
or scheme, or to a scan; and every worker learns.
"""
import pytest

import http1
from h2client import Client
from learning_site import CONFIG, NAVIGATE, RULES, Shop, STYLE, STYLE_EARLY, TWO_VISITORS, early, teach, visit


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
def server(serve, application, shop):
    return serve(CONFIG.replace("%URL%", application(shop).url), files={"rules/r.lua": RULES})


@pytest.mark.parametrize("fields", [[("Cache-Control", "no-cache")], [("Cache-Control", "public, max-age=60")], [("Vary", "Accept-Encoding")],
                                    [("Cache-Control", 'private="x-y"')]])
def test_what_is_said_to_everybody_is_learned(server, shop, fields):
    teach(server, shop, "/page", STYLE, *fields)
    assert early(server, "/page") == [STYLE_EARLY]


@pytest.mark.parametrize("fields", [
    [("Cache-Control", "private")], [("Cache-Control", "max-age=5, no-store")], [("Set-Cookie", "a=b")], [("Vary", "Cookie")], [("Vary", "*")],
    [("Vary", "Accept-Encoding, X-Theme")], [("Vary", "Accept-Encoding"), ("Vary", "Accept-Language")]])
def test_what_an_answer_says_to_somebody_is_not_learned(server, shop, fields):
    teach(server, shop, "/page", STYLE, *fields)
    assert early(server, "/page") == []
    teach(server, shop, "/page", STYLE)
    assert early(server, "/page") == [STYLE_EARLY]


@pytest.mark.parametrize("status", [201, 404, 500])
def test_what_is_no_page_teaches_nothing(server, shop, status):
    teach(server, shop, "/page", STYLE, status=status)
    shop.pages["/page"] = (200, [STYLE])
    assert early(server, "/page") == []


@pytest.mark.parametrize("field", [("cookie", "session=1"), ("authorization", "Basic eDp5"), ("x-forwarded-host", "localhost"),
                                   ("x-forwarded-prefix", "/evil"), ("forwarded", "host=localhost"), ("x_forwarded_host", "localhost"),
                                   ("x-host", "localhost"), ("x-original-host", "localhost"), ("x-http-host-override", "localhost"),
                                   ("x-original-uri", "/evil"), ("x_rewrite_url", "/evil"), ("x-http-method-override", "POST"),
                                   ("x-http-method", "POST"), ("x-method-override", "POST"), ("true-client-ip", "192.0.2.1"),
                                   ("client-ip", "192.0.2.1"), ("x-script-name", "/evil"), ("x-envoy-original-path", "/evil"),
                                   ("x-forwarded-server", "localhost"), ("x-forwarded-ssl", "off"), ("x-scheme", "http")])
def test_what_a_visitor_with_credentials_or_claims_is_told_is_not_learned(server, shop, field):
    teach(server, shop, "/page", STYLE, headers=[field])
    assert early(server, "/page") == []
    teach(server, shop, "/page", STYLE)
    assert early(server, "/page") == [STYLE_EARLY]


@pytest.mark.parametrize("field", [("x-hosting", "x"), ("x-requested-with", "x"), ("te", "trailers")])
def test_other_fields_are_everybody_s(server, shop, field):
    teach(server, shop, "/page", STYLE, headers=[field])
    assert early(server, "/page") == [STYLE_EARLY]


def test_a_port_that_a_client_makes_up_is_told_to_nobody(server, shop):
    """Applications write their own URLs with the Host that they were asked for."""
    teach(server, shop, "/page", ("Link", "<http://localhost:6666/a.css>; rel=preload; as=style"), host="localhost:6666")
    assert early(server, "/page") == []


@pytest.mark.parametrize("other", ["//shop/page", "/shop//page", "/shop%2Fpage", "/shop%2fpage", "/shop/x/../page", "/./shop/page"])
def test_a_path_that_only_we_read_as_the_page_s_says_nothing_of_it(server, shop, other):
    teach(server, shop, "/shop/page", STYLE)
    for _ in range(3):
        assert visit(server, other).informational == [], "the application has no such page"
    assert early(server, "/shop/page") == [STYLE_EARLY]


def test_an_encoded_path_is_the_same_page(server, shop):
    shop.pages["/%70age"] = shop.pages["/caf%C3%A9"] = (200, [STYLE])
    teach(server, shop, "/page", STYLE)
    assert early(server, "/%70age") == [STYLE_EARLY]
    teach(server, shop, "/caf%C3%A9", STYLE)
    assert early(server, "/caf%C3%A9") == [STYLE_EARLY]


def test_another_host_that_a_client_claims_through_a_balancer_teaches_nothing(server, shop):
    """Not every balancer takes the field away, and applications make URLs of it."""
    shop.pages["/page"] = (200, [STYLE])
    for client in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
        http1.get(server.address(1), "/page", f"X-Forwarded-For: {client}", "X-Forwarded-Host: evil.example")
    assert http1.get(server.address(1), "/page", *NAVIGATE).interim == []


def test_one_visitor_cannot_claim_two_addresses(server, shop):
    shop.pages["/page"] = (200, [STYLE])
    for claim in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        visit(server, "/page", "127.0.0.2", headers=[("x-forwarded-for", claim)])
    assert visit(server, "/page", "127.0.0.2").informational == []


def test_a_trusted_balancer_s_word_on_the_client_is_no_claim(server, shop):
    shop.pages["/page"] = (200, [STYLE])
    for client in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
        http1.get(server.address(1), "/page", f"X-Forwarded-For: {client}", f"X-Real-IP: {client}", f"CF-Connecting-IP: {client}", "X-Host: localhost")
    assert http1.get(server.address(1), "/page", *NAVIGATE).interim == [(103, [("link", STYLE_EARLY)])]


SECURE = ["X-Forwarded-Scheme: https", "X-Scheme: HTTPS", "X-Url-Scheme: https", "X-Forwarded-Ssl: on", "Front-End-Https: On"]
INSECURE = ["X-Forwarded-Scheme: http", "X-Scheme: http", "X-Url-Scheme: HTTP", "X-Forwarded-Ssl: off", "Front-End-Https: Off"]


@pytest.mark.parametrize("scheme, fields, learned", [
    ("https", SECURE, True), ("http", INSECURE, True), *(("https", [field], False) for field in INSECURE), *(("http", [field], False) for field in SECURE),
    ("http", ["X-Forwarded-Ssl: yes"], False)], ids=str)
def test_a_trusted_balancer_may_say_the_scheme_in_other_words(server, shop, scheme, fields, learned):
    shop.pages["/page"] = (200, [STYLE])
    proto = f"X-Forwarded-Proto: {scheme}"
    for client in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
        http1.get(server.address(1), "/page", f"X-Forwarded-For: {client}", proto, *fields)
    assert http1.get(server.address(1), "/page", proto, *NAVIGATE).interim == ([(103, [("link", STYLE_EARLY)])] if learned else [])


def test_behind_apache_httpd_links_are_learned(server, shop):
    """It says its own name with every request."""
    shop.pages["/page"] = (200, [STYLE])
    for client in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
        http1.get(server.address(1), "/page", f"X-Forwarded-For: {client}", "X-Forwarded-Host: localhost", "X-Forwarded-Server: www.example.com")
    assert http1.get(server.address(1), "/page", *NAVIGATE).interim == [(103, [("link", STYLE_EARLY)])]


def test_a_redirect_to_https_says_nothing_of_the_page_there(server, shop):
    def redirect_to_https(request):
        secure = request.headers["x-forwarded-proto"] == "https"
        return (200, [STYLE]) if secure else (301, [("Location", "https://localhost/page")])

    def ask(scheme, client):
        return http1.get(server.address(1), "/page", f"X-Forwarded-For: {client}", f"X-Forwarded-Proto: {scheme}", *NAVIGATE)

    shop.pages["/page"] = redirect_to_https
    for client in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
        assert ask("https", client).status == 200
    for _ in range(3):
        assert ask("http", "192.0.2.3").status == 301
    for _ in range(2):
        page = ask("https", "192.0.2.3")
        assert page.status == 200 and page.interim == [(103, [("link", STYLE_EARLY)])]
    assert ask("http", "192.0.2.3").interim == []


def test_a_scan_for_what_nobody_hints_pushes_out_no_page(server, shop):
    """A page that was answered once is on probation with 511 others."""
    teach(server, shop, "/page", STYLE, visitors=["127.0.0.2"])
    with Client(server.address(), push=False, source="127.0.0.9") as client:
        for n in range(600):
            assert client.get(f"/scan/{n}").status == 200
    teach(server, shop, "/page", STYLE, visitors=["127.0.0.3", "127.0.0.2"])
    assert early(server, "/page") == [STYLE_EARLY]


def test_every_worker_learns_for_itself_and_all_do_in_the_end(serve, application, shop):
    """The kernel gives each worker its share of the connections: forty in a row that all leave out one of four come once in
    25,000 times."""
    server = serve(CONFIG.replace("%URL%", application(shop).url).replace("workers = 1", "workers = 4"), files={"rules/r.lua": RULES})
    shop.pages["/page"] = (200, [STYLE])
    first = [visit(server, "/page", TWO_VISITORS[n % 2]).informational for n in range(2)]
    assert first == [[], []], "three answers of one worker are needed"
    in_a_row, visits = 0, 0
    while in_a_row < 40 and visits < 400:
        early_hints = visit(server, "/page", f"127.0.0.{2 + visits % 8}").informational
        in_a_row = in_a_row + 1 if early_hints else 0
        visits += 1
    assert in_a_row == 40, f"after {visits} visits some worker does not know yet"
