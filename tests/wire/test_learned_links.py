# SPDX-License-Identifier: MIT
"""What an application hints by itself: its Link fields are pushed or left in Link, its 103 is translated, and what it says to
everybody is learned by page, so that the next visitor gets it before the application has answered.

That nothing came early is seen in the whole answer: whatever is known of a page goes out before the application is asked.
"""
import os

import pytest

import http1
import php_fpm
from h2client import Client
from learning_site import CHROMIUM, CONFIG, NAVIGATE, RULES, Shop, STYLE, STYLE_EARLY, TWO_VISITORS, deliveries, early, links, teach, visit


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
def server(serve, application, shop):
    return serve(CONFIG.replace("%URL%", application(shop).url), files={"rules/r.lua": RULES})


# Link fields in the answer at hand


@pytest.mark.parametrize("values, pushed", [
    (["</a.css>; rel=preload; as=style, </b.js>;rel=preload;as=script", "</c.png>; rel=preload; as=image"], ["/a.css", "/b.js", "/c.png"]),
    (['</a,b.css>; title="x, <y>; rel=z"; rel="preload"; as="style"'], ["/a,b.css"]),
    (['</a.css>; title="\\", </no.css>; rel=preload"; as=style; rel=preload, </b.css>; rel=preload'], ["/a.css", "/b.css"]),
    (["</a.css>; crossorigin; as=style; type=text/css; rel=preload"], ["/a.css"]),
    (['</a.css>; rel="stylesheet PreLoad"; as=STYLE', '<b.js>; REL="next modulepreload"'], ["/a.css", "/shop/b.js"]),
    (["</a.css> ; rel = preload ;; as = style ; , , </b.css>; rel=preload"], ["/a.css", "/b.css"]),
    (["<app.css>; rel=preload, <./b.css>; rel=preload, <../x.js>; rel=preload, <../../../y.js>; rel=preload"],
     ["/shop/app.css", "/shop/b.css", "/x.js", "/y.js"]),
    (["<http://localhost/a.css>; rel=preload, <HTTP://LocalHost:80/b.css#top>; rel=preload, <c.css?v=1>; rel=preload"],
     ["/a.css", "/b.css", "/shop/c.css?v=1"]),
    (["</a.css>; rel=preload; as=style, </a.css>; rel=preload; as=style"], ["/a.css"]),
    (["</a.css>; rel=preload; as=style; x-http2-push-only"], ["/a.css"]),
    (["</a.css>; rel=preload; as=style; nopush, </b.css>; rel=preload; as=style"], ["/b.css"]),
    (["<//cdn.example/a.css>; rel=preload; as=style", "<https://localhost/a.css>; rel=preload; as=style",
      "<http://localhost:8080/a.css>; rel=preload; as=style", "<https://cdn.example>; rel=preconnect"], []),
    (['</a.css>; rel=preload; as=style; anchor="/other"', '</b.css>; rel=preload; as=style; anchor=""'], []),
    (["</a.css>", "</a.css>; rel=stylesheet", "</a.css>; rel=prefetch; rel=preload; as=style", "</a>; rel=preload",
      "</a.css>; rel=preload; as=spreadsheet", "</a.css>; rev=preload; as=style"], []),
    (["/a.css; rel=preload, </b.css>; rel=preload", "</c.css; rel=preload", '</d.css>; rel="preload', "</e.css> rel=preload", "", ";",
      "<>; rel=preload; as=style", "</f.css>; rel=preload"], ["/b.css", "/f.css"]),
])
def test_link_fields_are_read_as_rfc_8288_says(server, shop, values, pushed):
    shop.pages["/shop/cart"] = (200, [("Link", value) for value in values])
    with Client(server.address()) as client:
        page = client.get("/shop/cart")
        assert client.pushed_paths(page) == pushed
        assert all(client.responses[stream].status == 200 for stream in page.pushes)
        promises = [i for i, (name, _) in enumerate(client.events) if name == "PushedStreamReceived"]
        assert all(promise < client.position("ResponseReceived", page.stream_id) for promise in promises)
    assert page.status == 200 and page.body == b"page"


def test_what_is_not_pushed_stays_in_link_as_the_application_wrote_it(server, shop):
    values = ["</a.css>; rel=preload; as=style; nopush", "<//cdn.example/a.css>; as=style; rel=preload", "<https://cdn.example>; rel=preconnect",
              "</next>; rel=next"]
    shop.pages["/page"] = (200, [("Link", value) for value in values])
    page = visit(server, "/page", push=None)
    assert page.pushes == {} and page.all("link") == values
    assert deliveries(server, "/page", 1) == [
        ("/a.css", "link", "nopush"), ("http://cdn.example/a.css", "link", "cross_origin"), ("https://cdn.example", "link", "not_an_asset")]


# Learned links


def test_the_next_visitor_gets_them_before_the_application_has_answered(server, shop):
    teach(server, shop, "/blog/post", ("Link", '<post.css>; as=style; rel=preload; title="x", </app.js>; rel="preload"; as=script'),
          ("Link", "<https://cdn.example>; rel=preconnect"))
    shop.may_answer.clear()
    with Client(server.address(), push=False, source="127.0.0.4") as client:
        page = client.responses[client.send("/blog/post", headers=CHROMIUM)]
        client.read_until(lambda: page.informational)
        assert page.headers is None
        assert links(page.informational[0]) == ["</blog/post.css>; rel=preload; as=style", "</app.js>; rel=preload; as=script",
                                                "<https://cdn.example>; rel=preconnect"]
        shop.may_answer.set()
        client.read_until(lambda: client.finished(page.stream_id))
    assert len(page.informational) == 1 and page.body == b"page"
    assert page.all("link") == [value for _, value in shop.pages["/blog/post"][1]], "once, as the application wrote them"


def test_a_client_that_takes_pushes_is_pushed_them_before_the_application_has_answered(server, shop):
    teach(server, shop, "/page", STYLE, ("Link", "</app.js>; rel=preload; as=script; nopush"))
    shop.may_answer.clear()
    with Client(server.address(), source="127.0.0.4") as client:
        page = client.responses[client.send("/page", headers=CHROMIUM)]
        client.read_until(lambda: len(page.pushes) == 1)
        assert page.headers is None
        shop.may_answer.set()
        client.read_until(lambda: all(client.finished(stream) for stream in (page.stream_id, *page.pushes)))
        assert client.pushed_paths(page) == ["/app.css"]
    assert deliveries(server, "/page", 4) == [("/app.css", "push", "sent"), ("/app.js", "link", "nopush")]


def test_it_takes_three_answers_and_two_addresses(server, shop):
    teach(server, shop, "/page", STYLE, visitors=["127.0.0.2"] * 5)
    assert early(server, "/page") == [], "what one visitor alone was told may be theirs"
    assert early(server, "/page") == [STYLE_EARLY]
    teach(server, shop, "/other", STYLE, visitors=["127.0.0.2", "127.0.0.3"])
    assert early(server, "/other") == [], "two answers are not enough"
    assert early(server, "/other") == [STYLE_EARLY]


def test_what_the_application_stops_hinting_is_forgotten(server, shop):
    teach(server, shop, "/page", STYLE, ("Link", "</app.js>; rel=preload; as=script"))
    shop.pages["/page"] = (200, [STYLE])
    assert [len(early(server, "/page")) for _ in range(3)] == [2, 2, 1], "one answer without it may be an exception"
    shop.pages["/page"] = (200, [])
    assert [early(server, "/page") for _ in range(3)] == [[STYLE_EARLY], [STYLE_EARLY], []]


@pytest.mark.parametrize("answer", [(404, []), (410, []), (200, [("Vary", "Accept")])])
def test_one_answer_without_the_links_is_an_exception(server, shop, answer):
    """An error of the application, or what it says to clients that want JSON of the same page."""
    teach(server, shop, "/page", STYLE)
    for _ in range(3):
        shop.pages["/page"] = answer
        visit(server, "/page")
        shop.pages["/page"] = (200, [STYLE])
        assert early(server, "/page") == [STYLE_EARLY]
    shop.pages["/page"] = answer
    assert [early(server, "/page") for _ in range(3)] == [[STYLE_EARLY], [STYLE_EARLY], []]


@pytest.mark.parametrize("fields", [[("Cache-Control", "private")], [("Set-Cookie", "a=b")]])
def test_a_page_that_is_no_longer_for_everybody_is_no_longer_hinted_for(server, shop, fields):
    teach(server, shop, "/page", STYLE)
    shop.pages["/page"] = (200, fields)
    for _ in range(2):
        early(server, "/page")
    assert early(server, "/page") == []


def test_an_answer_without_the_link_begins_the_count_anew(server, shop):
    teach(server, shop, "/page", STYLE, visitors=["127.0.0.2", "127.0.0.3"])
    teach(server, shop, "/page", visitors=["127.0.0.4"])
    teach(server, shop, "/page", STYLE, visitors=["127.0.0.2"])
    assert early(server, "/page") == []


def test_pages_with_a_query_neither_teach_nor_are_taught(server, shop):
    teach(server, shop, "/page?x=1", STYLE)
    assert early(server, "/page?x=1") == [] and early(server, "/page") == []
    teach(server, shop, "/page", STYLE)
    assert early(server, "/page?x=1") == [] and early(server, "/page") == [STYLE_EARLY]


def test_of_other_origins_only_connections_are_learned(server, shop):
    teach(server, shop, "/page", ("Link", "<https://cdn.example/a.css>; rel=preload; as=style, <https://cdn.example/>; rel=preconnect"), STYLE)
    assert early(server, "/page") == ["<https://cdn.example>; rel=preconnect", STYLE_EARLY]


def test_a_site_may_learn_nothing(server, shop):
    teach(server, shop, "/page", STYLE, host="silent.example")
    assert early(server, "/page", host="silent.example") == []
    assert visit(server, "/page", host="silent.example", push=None).pushes != {}, "what is in the answer at hand still counts"


def test_pages_of_one_pattern_are_one_page(server, shop):
    for path in ("/product/1", "/product/2", "/product/3", "/product/1/reviews"):
        shop.pages[path] = (200, [STYLE, ("Link", f"</img{path}.png>; rel=preload; as=image")])
    for path, source in zip(("/product/1", "/product/2", "/product/1"), TWO_VISITORS):
        visit(server, path, source, host="shop.example")
    assert early(server, "/product/3", host="shop.example") == [STYLE_EARLY], "but for what each says of itself alone"
    assert early(server, "/product/1/reviews", host="shop.example") == []


@pytest.mark.parametrize("answer", [(404, []), (410, []), (301, [("Location", "/")])], ids=lambda answer: str(answer[0]))
def test_of_many_pages_a_single_one_that_is_gone_says_nothing(server, shop, answer):
    """Anybody can make up pages that a pattern fits."""
    shop.pages |= {"/product/1": (200, [STYLE]), "/product/none": answer}
    for source in TWO_VISITORS:
        visit(server, "/product/1", source, host="shop.example")
    for _ in range(3):
        assert visit(server, "/product/none", host="shop.example").status == answer[0]
    assert early(server, "/product/1", host="shop.example") == [STYLE_EARLY]


def test_neither_pages_nor_sites_leak(server, shop):
    teach(server, shop, "/page", STYLE)
    for other in ("/", "/page/", "/pag", "/page2", "/Page"):
        shop.pages[other] = (200, [])
        assert early(server, other) == []
    assert early(server, "/page", host="shop.example") == []
    assert early(server, "/page") == [STYLE_EARLY]


def test_behind_a_balancer_they_go_where_a_103_is_passed_on(server, shop):
    shop.pages["/page"] = (200, [STYLE])
    for client in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
        assert http1.get(server.address(2), "/page", f"X-Forwarded-For: {client}", *NAVIGATE).interim == []
    for index, expected in ((0, []), (1, [(103, [("link", STYLE_EARLY)])]), (2, [])):
        answer = http1.get(server.address(index), "/page", *NAVIGATE)
        assert answer.interim == expected and answer.status == 200


def test_a_balancer_that_speaks_http2_passes_them_on_too(server, shop):
    teach(server, shop, "/page", STYLE)
    with Client(server.address(1)) as client:
        page = client.get("/page", headers=CHROMIUM)
        assert page.pushes == {} and [links(head) for head in page.informational] == [[STYLE_EARLY]]


def test_a_reload_forgets_nothing(server, shop):
    teach(server, shop, "/page", STYLE)
    server.write("rules/r.lua", 'rule { path = "/elsewhere", hints = { "/x.css" } }')
    assert server.reload_and_wait()[0] == 200
    assert early(server, "/page") == [STYLE_EARLY]


# The application's own 103


def test_the_first_103_of_the_application_is_passed_on_and_later_ones_go_into_link(server, shop):
    shop.pages["/page"] = (200, [])
    shop.interim["/page"] = ["<a.css>; as=style; rel=preload; title=x", "</b.css>; rel=preload; as=style"]
    page = visit(server, "/page")
    assert [links(head) for head in page.informational] == [["</a.css>; rel=preload; as=style"]]
    assert deliveries(server, "/page", 1) == [("/a.css", "early_hints", "sent"), ("/b.css", "link", "early_hints_already_sent")]
    assert page.all("link") == ["</a.css>; rel=preload; as=style", "</b.css>; rel=preload; as=style"]


def test_what_the_application_says_twice_is_delivered_once(server, shop):
    shop.pages["/page"] = (200, [STYLE])
    shop.interim["/page"] = ["</app.css>; rel=preload; as=style"] * 2
    page = visit(server, "/page")
    assert [links(head) for head in page.informational] == [[STYLE_EARLY]] and page.all("link") == [STYLE_EARLY]


def test_after_learned_links_the_application_s_103_is_too_late(server, shop):
    teach(server, shop, "/page", STYLE)
    shop.interim["/page"] = ["</app.css>; rel=preload; as=style, </more.css>; rel=preload; as=style"]
    page = visit(server, "/page")
    assert [links(head) for head in page.informational] == [[STYLE_EARLY]]
    assert deliveries(server, "/page", 4) == [("/app.css", "early_hints", "sent"), ("/more.css", "link", "early_hints_already_sent")]
    assert sorted(page.all("link")) == ["</app.css>; rel=preload; as=style", "</more.css>; rel=preload; as=style"]


# What the last answers were


def test_a_page_that_redirects_gets_no_103_until_it_is_a_page_again(server, shop):
    shop.pages["/old"] = (302, [("Location", "/new")])
    assert [early(server, "/old") for _ in range(3)] == [[STYLE_EARLY], [STYLE_EARLY], []]
    assert deliveries(server, "/old", 3) == [("/app.css", "link", "page_redirects")]
    shop.pages["/old"] = (200, [])
    assert early(server, "/old") == []
    assert early(server, "/old") == [STYLE_EARLY]


def test_a_learned_page_that_redirects_gets_no_103(server, shop):
    teach(server, shop, "/page", STYLE)
    shop.pages["/page"] = (301, [("Location", "/new")])
    assert [early(server, "/page") for _ in range(3)] == [[STYLE_EARLY], [STYLE_EARLY], []]


def test_a_page_that_comes_at_once_gets_no_103(server, shop):
    """Eight answers are remembered, and the faster ones of them count; a slow machine may need more visits."""
    teach(server, shop, "/page", STYLE)
    shop.think_s = 0
    visits = next((n for n in range(1, 100) if early(server, "/page") == []), None)
    assert visits is not None
    assert deliveries(server, "/page", 3 + visits) == [("/app.css", "link", "answer_ready")]


@pytest.mark.parametrize("headers, host", [([("x-original-url", "/tiny"), ("cookie", "a=b")], "localhost"), ([], "localhost:81")], ids=["claim", "port"])
def test_how_long_something_else_takes_says_nothing(server, shop, headers, host):
    teach(server, shop, "/page", STYLE)
    shop.think_s = 0
    for _ in range(10):
        visit(server, "/page", headers=headers, host=host)
    shop.think_s = 0.012
    assert early(server, "/page") == [STYLE_EARLY]


# FastCGI


def test_what_php_hints_is_learned_too(serve, tmp_path):
    root = tmp_path / "php"
    root.mkdir()
    (root / "app.css").write_text("body{}")
    os.utime(root / "app.css", (0, 0))  # long unchanged, hence fresh for long (RFC 9111 4.2.2)
    (root / "page.php").write_text(
        "<?php header('Link: <app.css>; as=style; rel=preload'); usleep(12000);\n"
        "while (file_exists(__DIR__ . '/hold')) { usleep(1000); clearstatcache(); }\necho 'page';")
    fpm = php_fpm.Fpm(tmp_path / "fpm").start()
    try:
        route = f'{{ fastcgi = "unix:{fpm.socket}", root = "{root}" }}'
        server = serve(CONFIG.replace('{ proxy = "%URL%" }', route), files={"rules/r.lua": RULES})
        for source in TWO_VISITORS:
            assert visit(server, "/page.php", source).body == b"page"
        (root / "hold").touch()
        with Client(server.address(), push=False) as client:
            page = client.responses[client.send("/page.php", headers=CHROMIUM)]
            client.read_until(lambda: page.informational)
            assert page.headers is None and links(page.informational[0]) == [STYLE_EARLY]
            (root / "hold").unlink()
            client.read_until(lambda: client.finished(page.stream_id))
        assert page.body == b"page" and page.all("link") == ["<app.css>; as=style; rel=preload"]
    finally:
        fpm.stop()
