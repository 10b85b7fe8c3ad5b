# SPDX-License-Identifier: MIT
"""examples/wordpress: PHP-FPM behind the server, versions read from the site, hints ahead of a page that takes a while."""
import pytest
from example import Example, early
from outrider import wait_until

LIBRARY = "/wp-includes/css/dist/block-library/style.min.css?ver=6.5.2"
STYLE = "/wp-content/themes/coach/style.css?ver=1.3"
SCRIPT = "/wp-content/themes/coach/post.js?ver=1.3"
PICTURE = "/wp-content/uploads/coach.svg"
NAVIGATES = [("sec-fetch-mode", "navigate")]


@pytest.fixture
def blog(tmp_path):
    with Example(tmp_path, "wordpress", {"OUTRIDER_PORT": 8444}) as example:
        yield example


def preload(url, kind):
    return f"<{url}>; rel=preload; as={kind}"


def test_a_103_while_php_works(blog):
    with blog.client(push=False) as client:
        stream = client.send("/2026/11/the-coach-is-late/", headers=NAVIGATES)
        client.read_until(lambda: client.responses[stream].ended)
        page = client.responses[stream]
        links = [preload(LIBRARY, "style"), preload(STYLE, "style"), preload(SCRIPT, "script")]
        assert early(page) == [links]
        own = ['</wp-json/>; rel="https://api.w.org/"', preload(PICTURE, "image")]
        assert sorted(page.all("link")) == sorted(links + own)
        assert page.header("cache-control") is None, "max_age is for files"
        for url in (LIBRARY, STYLE, SCRIPT):
            assert f'"{url}"'.encode() in page.body, "a hint names what the page names"
            asset = client.get(url)
            assert asset.status == 200 and asset.header("cache-control") == "max-age=31536000"


def test_pushes_and_the_page_s_own_link(blog):
    with blog.client() as client:
        page = client.get("/")
        assert client.pushed_paths(page) == [LIBRARY, STYLE, PICTURE]
        assert [client.responses[stream].status for stream in page.pushes] == [200] * 3
    blog.check_readme()


def test_an_update_of_the_theme_changes_the_hints(blog):
    style = blog.folder / "www/wp-content/themes/coach/style.css"
    style.write_text(style.read_text().replace("Version: 1.3", "Version: 1.4"))

    def is_live():
        with blog.client(push=False) as client:
            page = client.get("/")
            assert b"style.css?ver=1.4" in page.body
            return preload(STYLE.replace("1.3", "1.4"), "style") in page.all("link")
    wait_until(blog.log, is_live)
