# SPDX-License-Identifier: MIT
"""The modules that ship in rules/: each has its text, its example and its test; and they work in a server that runs."""
import json
import os
import re
import shutil
import subprocess

import pytest

import outrider
from h2client import Client
from http1 import get
from outrider import wait_until

RULES = outrider.SOURCE / "rules"
NOT_MODULES = {"meta"}  # what editors read
FOLDERS = sorted(path.name for path in RULES.iterdir() if path.is_dir() and path.name not in NOT_MODULES)


def run(*arguments, cwd=outrider.SOURCE):
    return subprocess.run([outrider.BINARY, *arguments], cwd=cwd, text=True, timeout=60 * outrider.SLOWER, capture_output=True,
                          check=False, env={**os.environ, "NO_COLOR": "1"})


def test_there_are_modules():
    assert {"manifest", "first_visit", "wordpress", "static_site", "save_data", "bots", "experiment"} <= set(FOLDERS)


@pytest.mark.parametrize("name", FOLDERS)
def test_module(name):
    ended = run("test", f"rules/{name}")
    assert ended.returncode == 0 and ended.stderr == "", ended.stdout + ended.stderr
    assert re.fullmatch(r"[1-9]\d* checks? in 1 file: \d+ passed, 0 failed\n", ended.stdout)


@pytest.mark.parametrize("name", FOLDERS)
def test_example_of_the_readme(name):
    blocks = re.findall(r"```lua\n(.*?)```", (RULES / name / "README.md").read_text(), re.S)
    assert blocks[0] == (RULES / name / "example.lua").read_text()
    assert "## Limits" in (RULES / name / "README.md").read_text()


@pytest.fixture
def module(tmp_path):
    """module(init, example, test) → what `outrider test` says of that module, as "mine"."""
    def run_it(**files):
        folder = tmp_path / "mine"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / f"{name}.lua").write_text(text)
        return run("test", "mine", cwd=tmp_path)
    return run_it


MINE = {
    "init": 'return function(name) return { style("/" .. name) } end\n',
    "example": 'rule { name = "all", path = "/**", hints = require "mine" "a.css" }\n',
    "test": '\nexpect(request{ path = "/" }).hints{ style "/a.css" }\n',
}


def test_a_module_of_ones_own(module):
    ended = module(**MINE)
    assert (ended.returncode, ended.stdout) == (0, "1 check in 1 file: 1 passed, 0 failed\n"), ended.stderr
    ended = module(test='\nexpect(request{ path = "/" }).hints{ style "/b.css" }\n')
    assert ended.returncode == 1 and "not ok mine/test.lua:2" in ended.stdout
    # Those that ship are there as well.
    ended = module(init='return require "save_data"({ style "/a.css" })\n',
                   example='rule { name = "all", path = "/**", hints = require "mine" }\n', test=MINE["test"])
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("entry, text, hints", [
    ("main", {"entrypoints": {"main": {"assets": {"css": ["a.css"], "js": [{"src": "b.js", "integrity": "sha256-b"}]}}},
              "x.css": {"src": "a.css", "integrity": "sha256-a"}},
     'style("/a.css", { integrity = "sha256-a" }), script("/b.js", { integrity = "sha256-b" })'),
    ("app", {"entrypoints": {"app": {"css": ["/a.css"], "js": ["/b.js", "/c.mjs"]}},
             "integrity": {"/b.js": "sha384-b", "/c.mjs": "sha384-c"}},
     'style "/a.css", script("/b.js", { integrity = "sha384-b" }), module("/c.mjs", { integrity = "sha384-c" })'),
    ("a.ts", {"a.ts": {"file": "a.js", "integrity": "sha384-a", "imports": ["b"], "css": ["a.css"]},
              "b": {"file": "b.js", "integrity": "sha384-b"}},
     'style "/a.css", module("/a.js", { integrity = "sha384-a" }), module("/b.js", { integrity = "sha384-b" })')])
def test_integrity_that_a_manifest_says(module, tmp_path, entry, text, hints):
    (tmp_path / "mine/fixture").mkdir(parents=True)
    (tmp_path / "mine/fixture/m.json").write_text(json.dumps(text))
    ended = module(init='return require("manifest")("m.json").entry\n',
                   example=f'rule {{ name = "all", path = "/**", hints = require "mine" "{entry}" }}\n',
                   test=f'expect(request{{ path = "/" }}).hints{{ {hints} }}\n')
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_module_that_is_not_whole(module, tmp_path):
    ended = module(init=MINE["init"])
    assert ended.returncode == 1 and ended.stderr.splitlines() == [
        "mine/example.lua: there is no such file; it is the rules that are tested",
        "mine/test.lua: there is no such file; it is their test"]
    assert run("test", "nothing", cwd=tmp_path).stderr == "nothing: expected the folder of a module, found nothing\n"
    assert run("test", "-c", "x", "mine", cwd=tmp_path).returncode == 2
    ended = module(**{**MINE, "example": 'rule { nam = "all" }\n'})
    assert ended.returncode == 1 and 'mine/example.lua:1: rule "example.lua:1": unknown key "nam"' in ended.stderr


@pytest.fixture
def checked(tmp_path):
    """checked(call) → what `outrider check` says of a rule file whose second line makes that call."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "www").mkdir()
    (tmp_path / "config.lua").write_text(
        'return { listen = { { address = "127.0.0.1:0" } }, '
        'sites = { ["*"] = { rules = "rules/*.lua", routes = { ["/"] = { files = "www" } } } } }')

    def check(call):
        (tmp_path / "rules/a.lua").write_text(f"\nlocal x = {call}\n")
        return run("check", "-c", "config.lua", cwd=tmp_path)
    return check


def test_mistakes_are_told_at_the_line_of_the_rule_file(checked):
    for call, message in [
            ('(require "manifest")("m.json")', "manifest m.json: does not exist; looked for"),
            ('(require "manifest")({})', "manifest: file: expected a file's name"),
            ('(require "static_site")({ directory = "d" })', 'static_site: directory "d": does not exist; looked for'),
            ('(require "static_site")({ directory = 5 })', "static_site: directory: expected a directory's name, found 5"),
            ('(require "wordpress")({ root = "r", theme = "t" })', "wordpress: r/wp-includes/version.php: does not exist"),
            ('(require "wordpress")({ root = 5 })', "wordpress: root: expected the directory"),
            ('(require "first_visit")(5)', "first_visit: expected hints"),
            ('(require "first_visit"){ "/a.css", "/nothing.xyz" }', 'first_visit: bad hint 2: the ending of "/nothing.xyz"'),
            ('(require "first_visit")(font "/f/{lang}.woff2")', 'first_visit: hint "/f/{lang}.woff2": {lang} is filled in'),
            ('(require "save_data")(5)', "save_data: expected hints"),
            ('(require "save_data")({}, "/nothing.xyz")', "save_data: bad result: expected a list of hints"),
            ('(require "save_data")({ "/f/{lang}.woff2" })', 'save_data: hint "/f/{lang}.woff2": {lang} is filled in'),
            ('(require "bots").never{ also = 5 }', "bots: also: expected a part of a user agent"),
            ('(require "bots").only{ x = 5 }', 'bots: unknown option "x"'),
            ('(require "experiment")("x", { a = 2 })', 'experiment "x": a: expected a share'),
            ('(require "experiment")("x", {})', 'experiment "x": there is no share in it')]:
        said = checked(call)
        assert said.returncode == 1 and said.stderr.startswith(f"rules/a.lua:2: {message}"), said.stderr


def test_broken_files_are_told_at_the_line_of_the_rule_file(checked, tmp_path):
    theme = tmp_path / "rules/blog/wp-content/themes/t"
    theme.mkdir(parents=True)
    (tmp_path / "rules/blog/wp-includes").mkdir()
    (tmp_path / "rules/blog/wp-includes/version.php").write_text("<?php\n$wp_version = '6.5.2';\n")
    (theme / "style.css").write_text("/*\nTheme Name: T\n*/\n")
    (theme / "theme.json").write_text("{")
    said = checked('(require "wordpress")({ root = "blog", theme = "t" })')
    assert said.stderr.startswith("rules/a.lua:2: wordpress: ") and "theme.json:1: no valid JSON" in said.stderr, said.stderr
    (tmp_path / "rules/m.json").write_text('{ "entrypoints": { "main": { "js": "a.js" } } }')
    said = checked('(require "manifest")("m.json").entry("main")')
    assert said.stderr.startswith(
        "rules/a.lua:2: manifest m.json: entrypoints: main: js: expected a list, found a.js\n"), said.stderr


def test_a_static_site_without_a_page(checked):
    said = checked('(require "static_site")({ directory = "." })')
    assert said.returncode == 1 and said.stderr.splitlines()[0] == (
        'rules/a.lua:2: static_site: directory ".": there is no page in it or below whose name matches "*.html"; '
        "correct directory or glob"), said.stderr


def test_what_is_no_page_of_a_static_site_is_left_out(checked, tmp_path):
    pages = tmp_path / "rules/pages"
    pages.mkdir()
    (tmp_path / "secret.html").write_text("<link rel=stylesheet href=/secret.css>")
    (pages / "outside.html").symlink_to(tmp_path / "secret.html")
    (pages / "dangling.html").symlink_to("nowhere.html")
    os.mkfifo(pages / "pipe.html")
    (pages / "page.html").write_text("<link rel=stylesheet href=/a.css>")
    (pages / "other.html").symlink_to("page.html")
    unreadable = pages / "unreadable.html"
    unreadable.write_text("")
    unreadable.chmod(0)
    call = ('(require "static_site")({ directory = "pages" })\n'
            'for _, name in ipairs{ "page", "other", "outside", "dangling", "pipe", "nothing" } do\n'
            '  local hints = x{ path = "/" .. name .. ".html" }\n'
            '  assert((hints and tostring(hints[1])) == (#name < 6 and name ~= "pipe" and \'style "/a.css"\' or nil), name)\n'
            'end')
    said = checked(call)
    assert said.returncode == 0 and "fine: 1 site" in said.stdout, said.stdout + said.stderr


def test_a_static_site_keeps_no_more_than_its_heads(checked, tmp_path):
    pages = tmp_path / "rules/pages"
    pages.mkdir()
    for number in range(300):
        head = "<meta name=x>" * 400 + f"<link rel=stylesheet href=/{number}.css>"
        (pages / f"{number}.html").write_text(head + "<body>" + "<p>text</p>" * 30_000)
    call = ('(require "static_site")({ directory = "pages", head_bytes = 262144 })\n'
            'for number = 0, 299 do assert(x{ path = "/" .. number .. ".html" }[1]) end')
    said = checked(call)  # 300 times 256 KiB are more than there may be
    assert said.returncode == 0, said.stderr
    for number in range(300):
        (pages / f"{number}.html").write_text("<p>text</p>" * 30_000)
    said = checked(call)
    assert said.returncode == 1 and re.fullmatch(
        r'rules/a\.lua:2: static_site: "pages/\d+\.html": rules/pages/\d+\.html goes beyond the 64 MiB that all rule and data '
        r"files together may have; lower head_bytes, or name a smaller directory", said.stderr.splitlines()[0]), said.stderr


def test_an_installed_server_finds_them(tmp_path):
    (tmp_path / "bin").mkdir()
    shutil.copy(outrider.BINARY, tmp_path / "bin/outrider")
    shutil.copytree(RULES, tmp_path / "share/outrider/rules")
    folder = tmp_path / "share/outrider/rules/first_visit"
    (folder / "init.lua").write_text('error "the installed one"\n')
    (tmp_path / "config.lua").write_text(
        'return { listen = { { address = "127.0.0.1:0" } }, sites = { ["*"] = { rules = "rules/*.lua", routes = { ["/"] = { files = "rules" } } } } }')
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/a.lua").write_text('require "first_visit"\n')
    ended = subprocess.run([tmp_path / "bin/outrider", "check", "-c", "config.lua"], cwd=tmp_path, text=True, timeout=60,
                           capture_output=True, check=False)
    assert ended.stderr.startswith("share/outrider/rules/first_visit/init.lua:1: the installed one"), ended.stderr


CONFIG = """
return {
  workers = 2,
  listen = { { address = "127.0.0.1:0" } },
  data_dirs = { "build" },
  sites = { ["*"] = { rules = "rules/*.lua", routes = {
    ["/"] = { proxy = "%URL%" },
    ["/docs/"] = { files = "www/docs" },
  } } },
  watch = %WATCH%,
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
APP = """
local app = require "manifest" { file = "manifest.json", base = "/app/" }
rule { name = "app", path = "/app/", hints = app.entry "index.html" }
"""
DOCS = """
rule { name = "docs", path = "/docs/**", hints = require "static_site" { directory = "%TMP%/www/docs", url = "/docs/" } }
"""
NAVIGATION = [("sec-fetch-mode", "navigate"),
              ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36")]


def manifest(version):
    return json.dumps({"index.html": {"file": f"index-{version}.js", "isEntry": True, "css": [f"index-{version}.css"]}})


def app_links(version):
    return [f"</app/index-{version}.css>; rel=preload; as=style; crossorigin", f"</app/index-{version}.js>; rel=modulepreload"]


@pytest.fixture
def site(serve, application):
    def page(_, connection):
        connection.sleep(0.2)
        connection.reply(200, "page", headers=[("Content-Type", "text/html")])

    def start(watch):
        return serve(CONFIG.replace("%URL%", application(page).url).replace("%WATCH%", watch), files={
            "rules/app.lua": APP, "rules/docs.lua": DOCS, "build/manifest.json": manifest("a1"),
            "www/docs/a.css": "p{}", "www/docs/a b/100%.html": "<link rel=stylesheet href=s.css>",
            "www/docs/index.html": "<link rel=stylesheet href=a.css><p>Docs"})
    return start


def app_page(server):
    with Client(server.address(), push=False) as client:
        return client.get("/app/", headers=NAVIGATION)


def test_delivery(site):
    server = site("false")
    page = app_page(server)
    early = [value for head in page.informational for name, value in head if name == "link"]
    assert early == app_links("a1") and page.all("link") == early
    assert get(server.address(), "/docs/").all("link") == ["</docs/a.css>; rel=preload; as=style"]
    assert get(server.address(), "/docs/a%20b/100%25.html").all("link") == ["</docs/a%20b/s.css>; rel=preload; as=style"]
    with Client(server.address(), push=True) as client:
        assert client.pushed_paths(client.get("/docs/")) == ["/docs/a.css"]


def replace(server, name, text):
    """As a deploy does it."""
    os.rename(server.write(name + ".new", text), server.folder / name)


def test_a_new_build_swaps_the_hints(site):
    server = site("true")
    with Client(server.address(), push=False) as client:  # connections stay
        assert client.get("/app/").all("link") == app_links("a1")
        replace(server, "build/manifest.json", manifest("b2"))
        wait_until("the new build's files", lambda: client.get("/app/").all("link") == app_links("b2"))
        server.write("www/docs/guide/new.html", "<link rel=stylesheet href=/new.css>")
        wait_until("the new page", lambda: client.get("/docs/guide/new.html").all("link") == ["</new.css>; rel=preload; as=style"])
        # A build that went wrong changes nothing.
        server.write("build/manifest.json", "{")
        wait_until("the failure", lambda: "manifest.json:1: no valid JSON" in server.log())
        assert client.get("/app/").all("link") == app_links("b2")


def test_without_watching_a_reload_does_it(site):
    server = site("false")
    assert app_page(server).all("link") == app_links("a1")
    replace(server, "build/manifest.json", manifest("b2"))
    status, answer = server.reload_and_wait()
    assert status == 200, answer
    assert app_page(server).all("link") == app_links("b2")
