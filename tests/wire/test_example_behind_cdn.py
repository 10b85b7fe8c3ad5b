# SPDX-License-Identifier: MIT
"""examples/behind-cdn: HAProxy in front, ending TLS or passing TCP through."""
import pytest
from example import Example, early
from outrider import wait_until

PORTS = {"OUTRIDER_PORT": 8447, "OUTRIDER_THROUGH_PORT": 8448, "OUTRIDER_BEHIND_PORT": 8457, "OUTRIDER_PROXY_PORT": 8458}
VISITORS = ("OUTRIDER_PORT", "OUTRIDER_THROUGH_PORT")
LINKS = ["</assets/site.css>; rel=preload; as=style", "</assets/site.js>; rel=preload; as=script"]
NAVIGATES = [("sec-fetch-mode", "navigate")]


@pytest.fixture
def site(tmp_path):
    with Example(tmp_path, "behind-cdn", PORTS, VISITORS) as example:
        yield example


def test_each_way_delivers_what_it_can(site):
    for way in VISITORS:
        with site.client(way, push=False) as client:
            page = client.get("/", headers=NAVIGATES)
            assert early(page) == [LINKS] and page.all("link") == LINKS, way
            assert early(client.get("/")) == []
    with site.client("OUTRIDER_PORT") as client:
        assert client.get("/").pushes == {}
    with site.client("OUTRIDER_THROUGH_PORT") as client:
        assert client.pushed_paths(client.get("/")) == ["/assets/site.css", "/assets/site.js"]
    site.check_readme()


def test_a_visitor_s_word_about_the_address_is_not_taken(site):
    lies = [("x-forwarded-for", "192.0.2.66"), ("x-forwarded-proto", "http")]
    for way in VISITORS:
        with site.client(way, source="127.0.0.4") as client:
            assert b"You are 127.0.0.4 and came by https." in client.get("/", headers=lies).body, way


def test_draining_takes_it_out(site):
    assert site.run("drain")[0] == 0
    with site.client("OUTRIDER_PORT") as client:
        wait_until(site.log, lambda: client.get("/").status == 503, 20)
