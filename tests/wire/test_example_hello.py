# SPDX-License-Identifier: MIT
"""examples/hello, as the README has a new user begin."""
import pytest
from example import Example
from outrider import wait_until

ASSETS = ["/css/site.css", "/js/site.js", "/img/horse.svg"]


@pytest.fixture
def hello(tmp_path):
    with Example(tmp_path, "hello", {"OUTRIDER_PORT": 8443}) as example:
        yield example


def test_pushes_and_links(hello):
    with hello.client() as client:
        assert client.pushed_paths(client.get("/")) == ASSETS
        assert client.pushed_paths(client.get("/hello/world.html")) == [], "they went over this connection before"
    with hello.client(push=False) as client:
        page = client.get("/hello/world.html")
        assert page.status == 200 and [value.split(">")[0] for value in page.all("link")] == ["</css/site.css", "</img/horse.svg"]
    wait_until(hello.log, lambda: '"GET / HTTP/2" 200' in hello.log() and "push=3" in hello.log())
    hello.check_readme()


def test_an_edit_and_a_typo(hello):
    rules, tests = hello.folder / "rules/hello.lua", hello.folder / "rules/hello.test.lua"
    good = rules.read_text()
    rules.write_text(good.replace("hints = { style", "hint = { style"))
    line = next(i for i, text in enumerate(rules.read_text().splitlines(), 1) if "hint = " in text)
    expected = f'hello.lua:{line}: rule "front page": unknown key "hint"; did you mean "hints"?'
    wait_until(hello.log, lambda: expected in hello.log())

    rules.write_text(good.replace("/js/site.js", "/js/other.js"))
    wait_until(hello.log, lambda: "hello.test.lua:" in hello.log())  # its test has another opinion

    def links():
        with hello.client(push=False) as client:
            return client.get("/").all("link")
    assert "</js/site.js>; rel=preload; as=script" in links(), "the old rules went on"
    tests.write_text(tests.read_text().replace("/js/site.js", "/js/other.js"))
    wait_until(hello.log, lambda: "</js/other.js>; rel=preload; as=script" in links())


def test_the_installed_binary_is_found(tmp_path):
    """Where the examples are a copy without the source, and nothing else is said."""
    example = Example(tmp_path, "hello", {"OUTRIDER_PORT": 8443})
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "outrider").symlink_to(example.environment.pop("OUTRIDER_BINARY"))
    example.environment["PATH"] = f"{programs}:{example.environment['PATH']}"
    code, said = example.run("check")
    assert code == 0 and said.startswith("examples/hello/config.lua: fine"), said
