# SPDX-License-Identifier: MIT
"""`outrider explain --live` and `--request`: the running server says what it would do with a request, knowing what it has learned
and what went over a client's connection, and what it did with one that came. Asking changes nothing."""
import json
import os
import pathlib
import threading

import pytest

import outrider
from h2client import Client
from test_early_hints import CHROMIUM

CONFIG = """
return {
  workers = 1,
  listen = { { address = "127.0.0.1:0" } },
  limits = { rule_cpu_ms = 1000 },
  sites = {
    ["*"] = { rules = "rules/*.lua", routes = { ["/"] = { files = "www" }, ["/app/"] = { proxy = "%URL%" } } },
    ["idle.test"] = { rules = "rules/*.lua", routes = { ["/"] = { files = "www" } } },
  },
  log = { access = { to = "stdout", format = "json" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
RULES = """
rule { name = "page", path = "/page", hints = { style "/a.css" } }
rule { name = "app", path = { "/app/page", "/app/quiet" }, hints = { style "/app/a.css" } }
rule { name = "typed", path = "/app/typed", hints = { style "/app/typed.css" } }
rule { name = "guest", path = "/who", when = { no_cookie = "session*" }, hints = { style "/a.css" } }
rule { name = "member", path = "/who", when = { cookie = "session*" }, hints = { style "/a.css" } }
rule { name = "nothing", path = "/who", hints = function(req) return {} end }
rule { name = "token", path = { "/token", "/app/token" }, hints = function(req) return { style("/a.css?" .. req.query.token) } end }
rule { name = "any", path = "/odd/*", hints = { style "/a.css?v=1" } }
rule { name = "broken", path = "/broken", hints = function(req) error("it " .. "broke") end }
local function spin() while true do end end
rule { name = "spin 1", path = "/spin", hints = spin }
rule { name = "spin 2", path = "/spin", hints = spin }
rule { name = "spin 3", path = "/spin", hints = spin }
rule { name = "spin 4", path = "/spin", hints = spin }
"""
FILES = {"rules/r.lua": RULES, "www/page": "page", "www/token": "page", "www/who": "who", "www/broken": "broken", "www/spin": "spin", "www/a.css": "a"}


def answer(request, connection):
    headers = {"/app/a.css": [("Content-Type", "text/css"), ("Cache-Control", "no-store")],
               "/app/typed.css": [("Content-Type", "application/pdf"), ("Cache-Control", "max-age=60")],
               "/app/token?token=hunter2": [("Content-Type", "text/html"), ("Link", "</app/b.css?hunter2>; rel=preload; as=style")],
               "/app/quiet": [("Content-Type", "text/html"), ("Link", "</app/b.css>; rel=preload; as=style")]}
    connection.reply(200, "body", headers=headers.get(request.target, [("Content-Type", "text/html")]))


@pytest.fixture
def server(serve, application, tmp_path):
    running = serve(CONFIG.replace("%URL%", application(answer).url), files=FILES, supervisor=False)
    os.utime(tmp_path / "www/a.css", (1_700_000_000, 1_700_000_000))  # long enough ago to be fresh
    return running


# Browsers speak HTTP/2 over TLS alone, and there is none here.
AS_CHROMIUM = [argument for name, value in CHROMIUM for argument in ("-H", f"{name}: {value}")]


def client(server, **options):
    return Client(server.address(), **options)


def url(path):
    return "http://localhost" + path


def live(server, path, *arguments):
    code, out, err = server.command("explain", "--live", "--json", url(path), *arguments)
    assert (code, err) == (0, ""), err
    return json.loads(out)


def entries(answer):
    return [(entry["url"], entry["how"], entry["reason"]) for entry in answer["entries"]]


def states(answer):
    return {rule["rule"]: rule["state"] for rule in answer["considered"] if rule["state"] != "selector"}


def get(server, path, headers=(), **options):
    with client(server, **options) as connection:
        return connection.get(path, headers=headers)


def last(server, path):
    return server.wait_for_access(lambda line: line["target"] == path)


def recent(server, id):
    code, out, err = server.command("explain", "--request", id, "--json")
    assert (code, err) == (0, ""), err
    return json.loads(out)


def test_it_answers_from_what_runs(server):
    answer = live(server, "/page", "--client", "nghttp")
    assert entries(answer) == [("/a.css", "push", "sent")]
    assert answer["generation"] == 1 and answer["digest"] == server.status()["digest"]
    assert answer["live"] == {"worker": 0, "workers": 1, "alike": True, "disk_differs": False}
    # What is on disk meanwhile is something else.
    server.write("rules/r.lua", 'rule { name = "page", path = "/page", hints = {} }')
    answer = live(server, "/page", "--client", "nghttp")
    assert entries(answer) == [("/a.css", "push", "sent")]
    assert answer["live"]["disk_differs"]
    code, out, _ = server.command("explain", "--live", url("/page"), "--client", "nghttp")
    assert code == 0
    assert "generation 1, worker 0 of 1" in out and "the files on disk differ from what runs" in out


def test_it_knows_what_the_answers_of_assets_said(server):
    def would(path):
        return entries(live(server, path, *AS_CHROMIUM, "--think", "200"))
    assert would("/app/page") == [("/app/a.css", "early_hints", "sent")]
    assert would("/app/typed") == [("/app/typed.css", "early_hints", "sent")]
    for path in ("/app/page", "/app/a.css", "/app/typed", "/app/typed.css"):
        get(server, path, push=False)
    assert would("/app/page") == [("/app/a.css", "link", "not_cacheable")]
    assert would("/app/typed") == [("/app/typed.css", "none", "wrong_type")]


def test_it_knows_what_the_application_says_to_everybody(server):
    for number in range(3):
        with client(server, source=f"127.0.0.{number + 2}", push=False) as connection:
            connection.get("/app/quiet")
    answer = live(server, "/app/quiet", "--client", "chromium", "--think", "200")
    learned = [entry for entry in answer["entries"] if entry["rule"] == "application"]
    assert [entry["url"] for entry in learned] == ["/app/b.css"]


def test_it_knows_what_went_over_the_client_s_connection(server):
    at = ("--address", "127.0.0.1")
    answer = live(server, "/page", "--client", "nghttp", *at)
    assert entries(answer) == [("/a.css", "push", "sent")] and "connection" not in answer["live"]
    assert any("no open connection" in sentence for sentence in answer["assumptions"])
    with client(server) as connection:
        assert connection.pushed_paths(connection.get("/page")) == ["/a.css"]
        answer = live(server, "/page", "--client", "nghttp", *at)
        assert entries(answer) == [("/a.css", "link", "already_sent")]
        assert answer["live"]["connection"]["sent"] > 0
        assert entries(live(server, "/page", "--client", "nghttp")) == [("/a.css", "push", "sent")]
        page = connection.get("/page")
        assert connection.pushed_paths(page) == []
        # What was pushed is no request of the client's.
        assert live(server, "/page", "--client", "nghttp", *at)["live"]["connection"]["requests"] == 2
        _, out, _ = server.command("explain", "--live", url("/page"), "--client", "nghttp", *at)
        assert "on the newest connection from 127.0.0.1: HTTP/2, pushes taken" in out
        # A newer one is another matter, and so is whether it takes pushes.
        with client(server, push=False) as newer:
            newer.get("/page?newer")
            answer = live(server, "/page", "--client", "nghttp", *at)
            assert not answer["live"]["connection"]["accepts_push"]
            assert entries(answer) == [(d["url"], d["how"], d["reason"]) for d in last(server, "/page?newer")["deliveries"]]
            assert [entry["how"] for entry in answer["entries"]] == ["link"]


def test_of_several_workers_the_one_that_knows_answers(serve, application, tmp_path):
    config = CONFIG.replace("%URL%", application(answer).url).replace("workers = 1", "workers = 2")
    server = serve(config, files=FILES, supervisor=False)
    os.utime(tmp_path / "www/a.css", (1_700_000_000, 1_700_000_000))
    for _ in range(4):  # whichever of the workers it gets
        with client(server) as connection:
            connection.get("/page")
            told = live(server, "/page", "--client", "nghttp", "--address", "127.0.0.1")
            assert entries(told) == [("/a.css", "link", "already_sent")]
            assert told["live"]["workers"] == 2 and told["live"]["alike"]
    page = ("/app/page", *AS_CHROMIUM, "--think", "200")
    assert live(server, *page)["live"]["alike"]
    with client(server, push=False) as connection:  # one of them learns that nobody may keep the asset
        for path in ("/app/page", "/app/a.css"):
            connection.get(path)
    assert not live(server, *page)["live"]["alike"]
    assert "would not all decide alike" in server.command("explain", "--live", url(page[0]), *page[1:])[1]


def test_it_reads_the_client_s_cookie(serve, application, tmp_path):
    outrider.certificate(tmp_path / "t", "localhost")
    listen = '{ address = "127.0.0.1:0", tls = { certificate = "t/localhost.pem", key = "t/localhost.key" } }'
    config = CONFIG.replace('{ address = "127.0.0.1:0" }', listen).replace("%URL%", application(answer).url)
    server = serve(config, files=FILES, supervisor=False)
    os.utime(tmp_path / "www/a.css", (1_700_000_000, 1_700_000_000))
    with client(server, tls=True) as connection:
        cookie = connection.get("/page").header("set-cookie").partition(";")[0]

    def ask(path, *arguments):
        code, out, _ = server.command("explain", "--live", "--json", "https://localhost" + path, "--client", "nghttp", *arguments)
        assert code == 0
        return json.loads(out)
    assert entries(ask("/page")) == [("/a.css", "push", "sent")]
    assert entries(ask("/page", "-b", cookie)) == [("/a.css", "link", "in_cookie")]
    # Rules do not see it, whatever stands beside it.
    assert states(ask("/who", "-b", cookie))["guest"] == "matched"
    assert states(ask("/who", "-b", cookie + "; session1=x"))["guest"] == "condition"
    assert "session1=x" not in json.dumps(ask("/who", "-b", cookie + "; session1=x"))


def test_it_knows_what_is_switched_off(server):
    assert server.command("off", "--rule", "page")[0] == 0
    answer = live(server, "/page", "--client", "nghttp")
    assert states(answer) == {"page": "switched_off"}
    assert entries(answer) == [("/a.css", "none", "switched_off")]
    # Who it was may have been the server itself.
    assert "switched off (outrider status says by whom)" in server.command("explain", "--live", url("/page"))[1]
    assert server.command("on", "--rule", "page")[0] == 0
    assert server.command("off", "--delivery", "push")[0] == 0
    assert entries(live(server, "/page", "--client", "nghttp")) == [("/a.css", "link", "switched_off")]
    assert server.command("off")[0] == 0
    answer = live(server, "/page", "--client", "nghttp")
    assert states(answer) == {"page": "switched_off"} and answer["entries"] == []


def test_asking_changes_nothing(server):
    with client(server) as connection:
        connection.get("/app/quiet")
        before = server.metrics()
        asked = [live(server, path, "--client", "nghttp", "--address", "127.0.0.1") for path in ("/page", "/broken", "/app/typed") * 3]
        for number, one in enumerate(asked):
            assert one == asked[number % 3]
        assert "it broke" in json.dumps(asked[1])
        after = server.metrics()
        for name in before:
            if "uptime" not in name and "time" not in name:
                assert after[name] == before[name], name
        assert "it broke" not in server.log()
        # The next real request is decided as if nobody had asked.
        assert connection.pushed_paths(connection.get("/page?real")) == ["/a.css"]
    last(server, "/page?real")
    assert not {"/page", "/broken", "/app/typed"} & {line["target"] for line in server.access_log()}


def test_a_worker_that_hangs_does_not_hold_up_the_answer(server):
    def spin():
        with client(server) as connection:
            connection.get("/spin", seconds=60)
    hanging = threading.Thread(target=spin)
    hanging.start()
    try:
        # Until the request is there, the server still answers.
        def refused():
            code, _, err = server.command("explain", "--live", url("/page"))
            return code == 1 and err
        assert "no worker answers" in outrider.wait_until("a worker that hangs", refused)
    finally:
        hanging.join()
    assert live(server, "/page")["live"]["worker"] == 0


def test_it_says_what_became_of_a_request(server):
    get(server, "/who?token=hunter2", [("cookie", "session1=hunter2; other=hunter2"), ("authorization", "Bearer hunter2"),
                                       ("user-agent", "hunter2/1.0")])
    line = last(server, "/who?token=hunter2")
    answer = recent(server, line["id"])
    assert "hunter2" not in json.dumps(answer)
    assert answer["request"] == {"method": "GET", "url": "http://localhost/who", "protocol": "HTTP/2"}
    assert answer["recent"]["status"] == 200 and answer["recent"]["client"] == "127.0.0.1" and answer["generation"] == 1
    assert states(answer) == {"guest": "condition", "member": "matched", "nothing": "matched"}
    guest, member, nothing = answer["considered"]
    where = next(number for number, text in enumerate(RULES.splitlines(), 1) if 'name = "guest"' in text)
    assert guest["condition_place"].endswith(f"rules/r.lua:{where}") and "no_cookie" in guest["condition"]
    assert (member["hints"], nothing["hints"]) == (1, 0)
    assert entries(answer) == [(d["url"], d["how"], d["reason"]) for d in line["deliveries"]]
    code, out, _ = server.command("explain", "--request", line["id"])
    assert code == 0 and "got" in out and "\"no_cookie\" did not hold" in out and "matched, 0 in the list" in out


def test_the_query_of_what_was_computed_is_not_remembered(server):
    for path, of_rule in (("/token", "/a.css?…"), ("/app/token", "/a.css?…")):
        get(server, path + "?token=hunter2", push=False)
        answer = recent(server, last(server, path + "?token=hunter2")["id"])
        assert "hunter2" not in json.dumps(answer)
        assert answer["entries"][0]["url"] == of_rule
    assert answer["entries"][1]["url"] == "/app/b.css?…" and answer["entries"][1]["rule"] == "application"


def test_a_path_is_shown_as_a_url_has_it(server):
    target = "/odd/a%3Fb%23c%25%20%0a%22é"
    with client(server, push=False) as connection:
        connection.get("/odd/a%3Fb%23c%25%20%0a%22%C3%A9")
    answer = recent(server, last(server, "/odd/a%3Fb%23c%25%20%0a%22%C3%A9")["id"])
    assert answer["request"]["url"] == "http://localhost" + target.replace("%0a", "%0A")
    assert [entry["url"] for entry in answer["entries"]] == ["/a.css?v=1"]  # as the rule declares it


def test_it_says_what_became_of_a_request_that_was_sent_nothing(server):
    get(server, "/broken")
    answer = recent(server, last(server, "/broken")["id"])
    assert states(answer) == {"broken": "matched"} and "error" in answer["considered"][0] and answer["entries"] == []
    assert server.command("off", "--rule", "page")[0] == 0
    get(server, "/page")
    answer = recent(server, last(server, "/page")["id"])
    assert states(answer) == {"page": "switched_off"} and entries(answer) == [("/a.css", "none", "switched_off")]


def test_what_was_decided_outlives_the_rules_that_decided_it(server):
    get(server, "/page")
    line = last(server, "/page")
    server.write("rules/r.lua", 'rule { name = "another", path = "/page", hints = {} }')
    assert server.reload_and_wait()[0] == 200
    answer = recent(server, line["id"])
    assert states(answer) == {"page": "matched"} and answer["generation"] == 1
    assert entries(answer) == [("/a.css", "push", "sent")]


def test_a_request_that_nobody_remembers(server):
    code, out, err = server.command("explain", "--request", "0123456789abcdef")
    assert (code, out) == (1, "")
    assert err.startswith("outrider explain: nobody remembers the request 0123456789abcdef: none is remembered yet")
    get(server, "/a.css")  # no rule fits
    get(server, "/page")
    line = last(server, "/a.css")
    _, _, err = server.command("explain", "--request", line["id"])
    assert f"nobody remembers the request {line['id']}: 1 are remembered, the oldest from " in err
    assert server.command("explain", "--request", "")[2] == 'outrider explain: "" is neither a URL nor a request\'s id\n'
    code, _, err = server.command("explain", "--request", "17")
    assert code == 1 and "expected the 16 hex digits" in err


@pytest.mark.parametrize("body, message", [
    ({}, '"url" is missing'),
    ({"url": "/page", "headers": "a: b"}, '"headers": expected a list of strings'),
    ({"url": "/page", "heders": []}, 'unknown member "heders"; did you mean "headers"?'),
    ({"url": "/page", "rtt_ms": -1}, '"rtt_ms": expected a whole number from 1 to'),
    ({"url": "ftp://x/"}, "neither http nor https"),
    ({"url": "/page", "client": "netscape"}, "is no client"),
    ({"url": "/page", "address": "nowhere"}, "expected an address"),
])
def test_what_is_no_question_is_refused(server, body, message):
    status, answer = server.ask("POST", "/v1/explain", json.dumps(body))
    assert status in (400, 422) and message in answer["error"]


def test_no_server_is_there(tmp_path):
    pathlib.Path(tmp_path / "config.lua").write_text(CONFIG.replace("%TMP%", str(tmp_path)).replace("%URL%", "http://127.0.0.1:1"))
    code, _, err = outrider.run("explain", "--live", "-c", tmp_path / "config.lua", "--admin", f"unix:{tmp_path}/none.sock", "/page")
    assert code == 4 and "is the server running?" in err
    # Where it listens stands in the configuration, whatever else is wrong there: the key is not for who asks.
    broken = (tmp_path / "config.lua").read_text().replace('{ address = "127.0.0.1:0" }', (
        '{ address = "127.0.0.1:0", tls = { certificate = "none.pem", key = "none.key" } }, unknown = 1'))
    (tmp_path / "config.lua").write_text(broken)
    for command in (("explain", "--live", "/page"), ("explain", "--request", "0123456789abcdef"), ("status",)):
        code, _, err = outrider.run(*command, "-c", tmp_path / "config.lua", "--state-dir", tmp_path / "none")
        assert code == 4 and "is the server running?" in err, err
    code, _, err = outrider.run("explain", "-c", tmp_path / "config.lua")
    assert code == 2 and "url is required" in err
