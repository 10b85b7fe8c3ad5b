# SPDX-License-Identifier: MIT
"""What each browser gets early is data: the table that ships, an operator's own, and its reload."""
import pytest

from h2client import Client

CONFIG = """
return {
  workers = 2,
  listen = { { address = "127.0.0.1:0" } },
  sites = { ["*"] = { rules = "rules/*.lua", routes = { ["/"] = { proxy = "%URL%" } } } },
%CLIENTS%
  reload = { rollback = { failures_percent = 0, assets_percent = 0 } },
  log = { access = { to = "stdout", format = "json" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
RULES = """
rule { name = "page", path = "/page", hints = { style "/app.css", module "/m.js", preconnect "https://cdn.example" } }
"""
STYLE = "</app.css>; rel=preload; as=style"
MODULE = "</m.js>; rel=modulepreload"
PRECONNECT = "<https://cdn.example>; rel=preconnect"

CHROMIUM = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:%d.0) Gecko/20100101 Firefox/%d.0"
SAFARI = ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
          "Version/%d.4 Safari/605.1.15")
IPHONE = ("Mozilla/5.0 (iPhone; CPU iPhone OS %d_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
          "CriOS/130.0.0.0 Mobile/15E148 Safari/604.1")
EVIL = CHROMIUM % 130 + " EvilReader/1.2"


@pytest.fixture
def start(serve, application):
    """start(table) → a server with that table of clients; None: the one that ships."""
    types = {"/app.css": "text/css", "/m.js": "text/javascript"}

    def slow(request, connection):
        connection.sleep(0.2)
        connection.reply(200, "page", headers=[("Content-Type", types.get(request.target, "text/html"))])

    def make(table=None):
        key = "" if table is None else '  clients = "clients.lua",'
        files = {"rules/r.lua": RULES} if table is None else {"rules/r.lua": RULES, "clients.lua": table}
        return serve(CONFIG.replace("%URL%", application(slow).url).replace("%CLIENTS%", key), files=files)
    return make


def links(fields):
    return [value for name, value in fields if name == "link"]


def early(client, agent, *fields):
    """What is in the 103 for a navigation, None where there is none. The page's own Link is the full list always."""
    headers = [("sec-fetch-mode", "navigate"), ("user-agent", agent), *fields]
    page = client.get("/page", headers=headers)
    assert page.status == 200 and page.all("link") == [STYLE, MODULE, PRECONNECT]
    assert len(page.informational) <= 1
    return links(page.informational[0]) if page.informational else None


def reloaded(server, table):
    server.write("clients.lua", table)
    status, answer = server.reload_and_wait()
    assert status == 200 and answer["changed"], answer


@pytest.mark.parametrize("agent, expected", [
    (CHROMIUM % 120, [STYLE, MODULE, PRECONNECT]),
    (CHROMIUM % 103, [STYLE, MODULE, PRECONNECT]),
    (CHROMIUM % 102, None),
    (FIREFOX % (123, 123), [STYLE, MODULE, PRECONNECT]),
    (FIREFOX % (122, 122), [PRECONNECT]),
    (FIREFOX % (119, 119), None),
    (SAFARI % 17, [PRECONNECT]),
    (SAFARI % 16, None),
    (IPHONE % 17, [PRECONNECT]),
    ("SomeBrowser/5", [STYLE, PRECONNECT]),
])
def test_the_table_that_ships(start, agent, expected):
    with Client(start().address(), push=False) as client:
        assert early(client, agent) == expected


def test_client_hints_count_before_the_user_agent(start):
    with Client(start().address(), push=False) as client:
        assert early(client, CHROMIUM % 102, ("sec-ch-ua", '"Chromium";v="130", "Not?A_Brand";v="99"')) == [
            STYLE, MODULE, PRECONNECT]


def test_an_old_chromium_gets_pushes(start):
    with Client(start().address()) as client:
        page = client.get("/page", headers=[("sec-fetch-mode", "navigate"), ("user-agent", CHROMIUM % 102)])
        assert client.pushed_paths(page) == ["/app.css", "/m.js"] and page.informational == []


def test_the_denied_get_link_alone(start):
    server = start('return { deny = { "*EvilReader/*" } }')
    for push in (False, None):
        with Client(server.address(), push=push) as client:
            page = client.get("/page", headers=[("sec-fetch-mode", "navigate"), ("user-agent", EVIL)])
            assert page.informational == [] and page.pushes == {}
            assert page.all("link") == [STYLE, MODULE, PRECONNECT]
    with Client(server.address(), push=False) as client:
        assert early(client, EVIL + "x" * 5000) is None, "a longer name does not help"
        assert early(client, CHROMIUM % 130) == [STYLE, MODULE, PRECONNECT], "a file without rows keeps the shipped ones"


def test_an_operator_s_table_says_who_takes_pushes(start):
    server = start('return { { family = "other", push = false, early_hints = {}, source = "our tests" } }')
    with Client(server.address()) as client:
        page = client.get("/page", headers=[("user-agent", "tool/1")])
        assert page.pushes == {} and page.all("link") == [STYLE, MODULE, PRECONNECT]


def test_a_reload_changes_the_table_for_connections_that_are_open(start):
    server = start('return { { family = "chromium", push = true, early_hints = { "preconnect" } } }')
    with Client(server.address(), push=False) as client:
        assert early(client, CHROMIUM % 130) == [PRECONNECT]
        assert early(client, FIREFOX % (130, 130)) is None
        reloaded(server, 'return { { family = "chromium", early_hints = { "preload" } }, { family = "firefox", early_hints = { "preconnect" } } }')
        assert early(client, CHROMIUM % 130) == [STYLE]
        assert early(client, FIREFOX % (130, 130)) == [PRECONNECT]
        reloaded(server, 'return { deny = { "*Chrome*" } }')
        assert early(client, CHROMIUM % 130) is None
        assert client.goaway is None
    assert server.command("rollback")[0] == 0
    with Client(server.address(), push=False) as client:
        assert early(client, CHROMIUM % 130) == [STYLE]


def test_dry_run_names_the_table_and_leaves_it(start):
    server = start('return { { family = "chromium", early_hints = { "preconnect" } } }')
    server.write("clients.lua", 'return { { family = "chromium", early_hints = { "preload" } } }')
    code, output, errors = server.command("reload", "--dry-run")
    assert code == 0, errors
    assert output.splitlines() == ["~ clients.lua", "dry run: this would load; generation 1 goes on"]
    with Client(server.address(), push=False) as client:
        assert early(client, CHROMIUM % 130) == [PRECONNECT]


def test_a_broken_table_never_gets_in(start):
    server = start('return { { family = "chromium", early_hints = { "preconnect" } } }')
    server.write("clients.lua", 'return {\n  { family = "chromium", early_hints = { "preloud" } },\n  { famly = "safari" },\n}\n')
    code, output, errors = server.command("reload")
    assert code == 1 and output == ""
    problems = errors.splitlines()[:-1]
    assert problems == [
        f'{server.folder}/clients.lua:2: row 1: early_hints: found a string ("preloud"); expected "preload", '
        '"modulepreload" or "preconnect"; did you mean "preload"?',
        f'{server.folder}/clients.lua:3: row 2: unknown key "famly"; did you mean "family"?']
    assert errors.splitlines()[-1] == "outrider reload: 2 problems; generation 1 goes on"
    code, _, checked = server.command("check")
    assert code == 1 and checked.splitlines()[:-1] == problems
    with Client(server.address(), push=False) as client:
        assert early(client, CHROMIUM % 130) == [PRECONNECT]
