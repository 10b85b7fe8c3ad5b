# SPDX-License-Identifier: MIT
"""`outrider test` as its users run it: what it prints for people and for programs, and that it runs again by itself."""
import os
import selectors
import shutil
import signal
import subprocess
import time

import pytest

BINARY = os.environ["OUTRIDER_BINARY"]
CONFIG = """return {
  listen = { { address = "127.0.0.1:8443", tls = { certificate = "none.pem", key = "none.key" } } },
  sites = { ["shop.example"] = { rules = "rules/*.lua", routes = { ["/"] = { proxy = "http://127.0.0.1:9" } } } },
}
"""
RULES = 'rule { name = "home", path = "/", hints = { style "/a.css", script "/a.js" } }\n'
GOOD = 'expect(request{ client = "nghttp" }).hints{ "/a.css", "/a.js" }.delivers("push", "/a.css")\n'
BAD = """test("the front page", function()
  expect(request{}).hints{ style "/a.css", script "/b.js" }
end)
expect(request{ client = "chromium" }).delivers("push", "/a.css")
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "config.lua").write_text(CONFIG)
    (tmp_path / "rules/shop.lua").write_text(RULES)
    return tmp_path


def run(folder, *arguments):
    return subprocess.run([BINARY, "test", "-c", "config.lua", *arguments], cwd=folder, text=True, timeout=60, capture_output=True, check=False)


def test_what_holds(folder):
    (folder / "rules/shop.test.lua").write_text(GOOD)
    ended = run(folder)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "2 checks in 1 file: 2 passed, 0 failed\n", "")
    assert run(folder, "-v").stdout == (
        "rules/shop.test.lua for the site shop.example\n  ok rules/shop.test.lua:1\n  ok rules/shop.test.lua:1\n"
        "2 checks in 1 file: 2 passed, 0 failed\n")


def test_what_does_not_hold_is_shown_with_a_diff(folder):
    (folder / "rules/shop.test.lua").write_text(BAD)
    ended = run(folder)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert ended.stdout == """not ok rules/shop.test.lua:2 the front page
    the hints are not those (- expected, + found):
        style /a.css
      - script /b.js
      + script /a.js
    rules that matched: "home" at rules/shop.lua:1
not ok rules/shop.test.lua:4
    expected /a.css by push; found early_hints (sent: sent by the best way that this client can use)
2 checks in 1 file: 0 passed, 2 failed
"""


def test_without_tests(folder):
    ended = run(folder)
    assert ended.returncode == 0
    assert ended.stdout == ("there are no tests; write them into *.test.lua files beside the rules\n"
                            "0 checks in 0 files: 0 passed, 0 failed\n")


def test_nothing_that_is_checked(folder):
    (folder / "rules/shop.test.lua").write_text('request{ path = "/" }')
    ended = run(folder)
    assert ended.returncode == 0 and ended.stdout == ("nothing is checked: no test file says expect(…)\n"
                                                      "0 checks in 1 file: 0 passed, 0 failed\n")


def test_rules_that_do_not_load(folder):
    (folder / "rules/shop.test.lua").write_text(GOOD)
    (folder / "rules/shop.lua").write_text("rule { hint = {} }")
    ended = run(folder)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert 'rules/shop.lua:1: ' in ended.stderr and 'did you mean "hints"?' in ended.stderr


@pytest.mark.parametrize("tests, good", [(GOOD, True), (BAD, False)], ids=["good", "bad"])
def test_tap(folder, tests, good):
    (folder / "rules/shop.test.lua").write_text(tests)
    ended = run(folder, "--tap")
    lines = ended.stdout.splitlines()
    assert lines[0] == "TAP version 13" and lines[-1] == "1..2" and ended.returncode == (0 if good else 1)
    (folder / "output.tap").write_text(ended.stdout)
    proved = subprocess.run([shutil.which("prove"), "-e", "cat", "output.tap"], cwd=folder, text=True, timeout=60, capture_output=True, check=False)
    assert (proved.returncode == 0) == good, proved.stdout + proved.stderr
    assert "Tests=2" in proved.stdout and ("Failed 2/2 subtests" in proved.stdout) != good


def test_rules_that_do_not_load_bail_out_of_tap(folder):
    (folder / "rules/shop.test.lua").write_text(GOOD)
    (folder / "rules/shop.lua").write_text("rule { hint = {} }\nrule { hint = {} }")
    ended = run(folder, "--tap")
    lines = ended.stdout.splitlines()
    assert ended.returncode == 1 and ended.stderr.count("did you mean") == 2
    assert lines[0] == "TAP version 13" and lines[1].startswith("Bail out! rules/shop.lua:1: ") and len(lines) == 2


def test_a_file_that_tests_several_sites_says_which(folder):
    site = '{ rules = "rules/*.lua", routes = { ["/"] = { proxy = "http://127.0.0.1:9" } } }'
    (folder / "config.lua").write_text(CONFIG.replace("sites = {", f'sites = {{ ["other.example"] = {site},'))
    (folder / "rules/shop.test.lua").write_text('test("group", function() error("boo") end)')
    human, tap = run(folder).stdout, run(folder, "--tap").stdout
    for site in "shop.example", "other.example":
        assert f"not ok rules/shop.test.lua:1 (site {site}) group\n    boo\n" in human
        assert f" - rules/shop.test.lua:1 (site {site}) group\n" in tap


def test_what_is_left_out_is_said(folder):
    (folder / "rules/shop.test.lua").write_text('for i = 1, 300 do expect(request{}).delivers("push", "/" .. i) end')
    said = "rules/shop.test.lua: the rest of the file was not run: more than 100 problems were found\n"
    assert run(folder).stdout.endswith(said + "101 checks in 1 file: 0 passed, 101 failed\n")
    assert run(folder, "--tap").stdout.endswith(f"# {said}1..101\n")


def test_nothing_that_tests_say_controls_a_terminal(folder):
    (folder / "rules/shop.test.lua").write_text(
        r'test("a\27[2Jb\n#", function() expect(request{}).delivers("push", "/c\27[2Jd") error("e\27[2Jf") end)')
    human, tap = run(folder).stdout, run(folder, "--tap").stdout
    assert r"not ok rules/shop.test.lua:1 a\x1b[2Jb\x0a#" in human and r"/c\x1b[2Jd" in human and r"e\x1b[2Jf" in human
    assert r"not ok 1 - rules/shop.test.lua:1 a\x1b[2Jb\x0a\#" in tap.splitlines()
    assert "\x1b" not in human + tap


def test_a_test_file_that_cannot_be_read_fails(folder):
    (folder / "rules/shop.test.lua").write_text("-" * (1 << 20) + "-")
    ended = run(folder, "--tap")
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "not ok 1 - rules/shop.test.lua\n" in ended.stdout and ended.stdout.endswith("1..1\n")


class Watched:
    """`outrider test --watch`, whose output is read as it comes."""

    def __init__(self, folder):
        self.process = subprocess.Popen([BINARY, "test", "-c", "config.lua", "--watch"], cwd=folder,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)

    def until(self, words):
        """What it prints until these are in it."""
        text, deadline = b"", time.monotonic() + 30
        while words.encode() not in text:
            assert self.selector.select(deadline - time.monotonic()), text
            read = os.read(self.process.stdout.fileno(), 65536)
            assert read, f"it ended: {text}"
            text += read
        return text.decode()

    def until_settled(self):
        """What it prints until it watches again."""
        return self.until("Ctrl-C ends it\n")


@pytest.fixture
def watch(folder):
    started = []

    def start():
        started.append(Watched(folder))
        return started[0]

    yield start
    for watched in started:
        watched.process.kill()
        watched.process.stdout.close()
        watched.process.wait()


def test_watch(folder, watch):
    (folder / "rules/shop.test.lua").write_text(GOOD)
    watched = watch()
    assert watched.until_settled().startswith("2 checks in 1 file: 2 passed, 0 failed\nwatching ")
    (folder / "rules/shop.lua").write_text(RULES.replace("/a.js", "/b.js"))
    assert "+ script /b.js" in watched.until_settled()
    (folder / "rules/other.test.lua").write_text(GOOD.replace("/a.js", "/b.js"))
    assert "4 checks in 2 files: 3 passed, 1 failed\n" in watched.until_settled(), "a new file counts"
    (folder / "rules/shop.test.lua").unlink()
    assert watched.until_settled().startswith("2 checks in 1 file: 2 passed, 0 failed\n")
    watched.process.send_signal(signal.SIGINT)
    assert watched.process.wait(10) == 0


def test_watch_outlives_its_folder(folder, watch):
    (folder / "rules/shop.test.lua").write_text(GOOD)
    watched = watch()
    watched.until_settled()
    shutil.rmtree(folder)
    watched.until(f"outrider test: the folder {folder} is gone; the tests run when it is there again\n")
    (folder / "rules").mkdir(parents=True)
    (folder / "rules/shop.test.lua").write_text(GOOD)
    (folder / "rules/shop.lua").write_text(RULES)
    (folder / "config.lua").write_text(CONFIG)
    watched.until("2 checks in 1 file: 2 passed, 0 failed\nwatching ")


def test_a_signal_ends_a_test_without_end(folder, watch):
    (folder / "config.lua").write_text(CONFIG.replace("sites =", "reload = { test_timeout_ms = 60000 }, sites ="))
    # More than a pipe's writer keeps to itself.
    (folder / "rules/shop.test.lua").write_text(
        'for i = 1, 90 do expect(request{}).delivers("push", "/" .. i) end\nwhile true do end\n')
    watched = watch()
    watched.until("not ok rules/shop.test.lua:1\n")
    watched.process.send_signal(signal.SIGINT)
    assert watched.process.wait(20) == 0
