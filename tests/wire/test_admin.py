# SPDX-License-Identifier: MIT
"""The admin plane and the commands that use it: the off switch, drain and health, metrics, who may ask."""
import json
import os
import socket
import stat
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest

import outrider
from h2client import Client
from http1 import get
from outrider import wait_until

CONFIG = """
return {
  workers = 2,
  listen = { { address = "127.0.0.1:0" } },
  sites = {
    ["*"] = { rules = "rules/*.lua", routes = { ["/"] = { files = "www", max_age = 60 }, ["/slow"] = { proxy = "%URL%" } } },
    ["b.example"] = { rules = "b/*.lua", routes = { ["/"] = { files = "www" } } },
  },
  health = "/health",
  limits = { drain_delay_ms = %DELAY%, shutdown_timeout_ms = 5000 },
  admin = { address = %ADMIN% },
}
"""
RULES = """
rule { name = "first", path = "/", hints = { style "/a.css" } }
rule { name = "second", path = "/", hints = function(req) return { script "/b.js" } end }
"""
FILES = {"www/index.html": "page", "www/a.css": "a", "www/b.js": "b", "rules/a.lua": RULES,
         "b/b.lua": 'rule { name = "of b", path = "/", hints = { style "/a.css" } }'}
NAVIGATION = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")]


def config(delay=0, url="http://127.0.0.1:1", admin='"unix:%TMP%/admin.sock"'):
    return CONFIG.replace("%DELAY%", str(delay)).replace("%URL%", url).replace("%ADMIN%", admin)


def links(server, host="localhost"):
    return [value.split(">")[0][1:] for value in get(server.address(), host=host).all("link")]


def switched(server, *arguments):
    code, output, errors = server.command(*arguments)
    assert code == 0, errors
    return output


def test_everything_off_and_on_again_across_reloads(serve):
    server = serve(config(), files=FILES)
    with Client(server.address()) as client:
        assert len(client.get("/").pushes) == 2
    assert switched(server, "off") == "off: all hints\n"
    with Client(server.address()) as client:
        page = client.get("/")
        assert (page.status, page.pushes, page.all("link")) == (200, {}, [])
    server.write("rules/a.lua", RULES.replace("a.css", "c.css"))
    assert server.command("reload")[0] == 0
    assert links(server) == []
    assert server.command("status")[1].startswith("OFF         all hints, by root (pid ")
    assert server.metrics()["outrider_switched_off"] == 1
    assert switched(server, "on") == "on: all hints\n"
    assert links(server) == ["/c.css", "/b.js"]


def test_off_by_site_rule_and_delivery(serve):
    server = serve(config(), files=FILES)
    switched(server, "off", "--site", "b.example")
    assert links(server, "b.example") == [] and links(server) == ["/a.css", "/b.js"]
    switched(server, "off", "--rule", "first")
    assert links(server) == ["/b.js"]
    switched(server, "off", "--delivery", "push")
    with Client(server.address()) as client:
        page = client.get("/")
        assert page.pushes == {} and len(page.all("link")) == 1
    assert server.status()["deliveries"]["link"]["switched_off"] >= 1
    assert [one["what"] for one in server.status()["off"]] == ["site b.example", 'rule "first"', "push"]
    switched(server, "on", "--rule", "first")
    switched(server, "on", "--delivery", "push")
    with Client(server.address()) as client:
        assert len(client.get("/").pushes) == 2
    assert links(server, "b.example") == []
    status, _ = server.ask("POST", "/v1/off", json.dumps({"rule": "second", "delivery": "link", "for_s": 5}))
    assert status == 200
    for arguments, why in ((["off", "--site", "c.example"], 'there is no site "c.example"'),
                           (["off", "--rule", "third"], 'there is no rule "third"'),
                           (["on", "--rule", "first"], 'rule "first" was not off')):
        code, _, errors = server.command(*arguments)
        assert code == 1 and why in errors, errors
    assert server.command("off", "--delivery", "pull")[0] == 2
    assert server.command("off", "--for", "soon")[0] == 2


def test_early_hints_off(serve, application):
    def slow(request, connection):
        connection.sleep(0.3)
        connection.reply(200, "slow", [("content-type", "text/html")])
    rules = 'rule { name = "slow", path = "/slow", hints = { style "/a.css" } }'
    server = serve(config(url=application(slow).url), files={**FILES, "rules/a.lua": rules})
    with Client(server.address(), push=False) as client:
        assert len(client.get("/slow", headers=NAVIGATION).informational) == 1
        switched(server, "off", "--delivery", "early_hints")
        page = client.get("/slow", headers=NAVIGATION)
        assert page.informational == [] and page.all("link") == ["</a.css>; rel=preload; as=style"]


def test_off_for_a_while(serve):
    server = serve(config(), files=FILES)
    assert switched(server, "off", "--for", "2s").startswith("off: all hints until 20")
    assert links(server) == []
    wait_until("its time to be over", lambda: links(server) != [])
    assert "on again, because its time is over: all hints" in server.log()
    assert server.status()["off"] == []


def test_drain_and_undrain(serve, application):
    release = threading.Event()

    def slow(request, connection):
        release.wait(20)
        connection.reply(200, "slow")
    server = serve(config(delay=300, url=application(slow).url), files=FILES)
    address = server.address()
    with Client(address, push=False) as client:
        assert client.get("/health").status == 200
        stream = client.send("/slow")
        began = time.monotonic()
        assert server.command("drain")[0] == 0
        assert client.get("/health").status == 503
        assert server.status()["draining"] is True and server.metrics()["outrider_draining"] == 1
        client.read_until(lambda: client.goaway is not None)
        assert time.monotonic() - began > 0.25
        assert get(address).body == b"page"  # who comes is served
        release.set()
        client.read_until(lambda: client.finished(stream))
        assert client.responses[stream].body == b"slow"
    assert server.command("undrain")[0] == 0
    assert get(address, "/health").status == 200
    with Client(address, push=False) as client:
        client.get("/")
        client.read_for(1.5)
        assert client.goaway is None


def test_a_stop_waits_for_balancers_and_a_second_signal_hurries(serve):
    server = serve(config(delay=1500), files=FILES)
    address, process = server.address(), server.process
    process.terminate()
    wait_until("the health path to say so", lambda: get(address, "/health").status == 503)
    assert get(address).body == b"page"
    began = time.monotonic()
    assert process.wait(20) == 0
    assert time.monotonic() - began > 0.8
    server.process = None

    hurried = serve(config(delay=60000), files=FILES)
    process = hurried.process
    process.terminate()
    wait_until("the health path to say so", lambda: get(hurried_address, "/health").status == 503) \
        if (hurried_address := hurried.address()) else None
    process.terminate()
    assert process.wait(20) == 0
    hurried.process = None


def test_metrics_are_what_prometheus_reads(serve):
    server = serve(config(), files={**FILES, "rules/bad.lua": 'rule { name = "bad \\"one\\"", path = "/", hints = function() error("x") end }'})
    get(server.address())
    metrics = server.metrics()
    digest = server.status()["digest"]
    assert metrics["outrider_reload_last_success"] == 1
    assert abs(metrics["outrider_reload_last_success_timestamp_seconds"] - time.time()) < 100
    assert metrics[f'outrider_generation_info{{generation="1",digest="{digest}"}}'] == 1
    assert metrics["outrider_disk_differs"] == 0
    assert metrics['outrider_rule_failures_total{rule="bad \\"one\\""}'] == 1
    assert metrics['outrider_deliveries_total{delivery="link",reason="not_http2"}'] == 2
    text = server.ask("GET", "/metrics")[1]
    for line in text.splitlines():
        assert line.startswith(("# HELP outrider_", "# TYPE outrider_", "outrider_")), line
    names = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(names) == len(set(names))


def test_the_socket_is_for_its_group_and_no_public_address_goes_without_a_token(serve, tmp_path):
    server = serve(config(), files=FILES)
    assert stat.S_IMODE(os.stat(server.admin).st_mode) == 0o660
    for address in ("0.0.0.0:0", "127.0.0.1:0"):
        server.write("other.lua", server.config.read_text().replace(f'"unix:{server.admin}"', f'"{address}"'))
        code, _, errors = outrider.run("check", "-c", server.folder / "other.lua")
        assert code == 1 and "could command the server" in errors and "token_file" in errors


def test_over_tcp_with_a_token(serve, tmp_path):
    token = tmp_path / "token"
    token.write_text("0123456789abcdef0123456789abcdef\n")
    os.chmod(token, 0o600)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = serve(config(admin=f'{{ "unix:%TMP%/admin.sock", "127.0.0.1:{port}" }}, token_file = "{token}"'), files=FILES)
    url = f"http://127.0.0.1:{port}/v1/status"

    def ask(word):
        request = urllib.request.Request(url, headers={"authorization": f"Bearer {word}"} if word else {})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, error.headers
    assert ask("0123456789abcdef0123456789abcdef")[1]["generation"] == 1
    assert ask(None)[0] == ask("0123456789abcdef0123456789abcdee")[0] == ask("x")[0] == 401
    assert "Bearer" in ask(None)[1]["www-authenticate"]
    code, output, _ = server.command("status", "--admin", f"127.0.0.1:{port}", "--token-file", token)
    assert code == 0 and "running     1" in output
    code, _, errors = server.command("status", "--admin", f"127.0.0.1:{port}")
    assert code == 1 and "token" in errors.lower()
    # Another word: the old one opens nothing any more.
    token.write_text("another-0123456789abcdef\n")
    assert server.command("reload")[0] == 0
    assert ask("0123456789abcdef0123456789abcdef")[0] == 401
    assert ask("another-0123456789abcdef")[0] == 200


def test_the_commands_find_a_server_that_listens_on_tcp_alone(serve, tmp_path):
    token = tmp_path / "token"
    token.write_text("0123456789abcdef0123456789abcdef\n")
    os.chmod(token, 0o600)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = serve(config(admin=f'{{ "127.0.0.1:{port}", "unix:%TMP%/admin.sock" }}, token_file = "{token}"'), files=FILES)
    assert server.command("status")[0] == 0
    only = config(admin=f'"127.0.0.1:{port}", token_file = "{token}"')
    server.write("config.lua", only)
    server.stop()
    server.is_ready = lambda: server.command("status")[0] == 0
    server.checks_rest = False
    server.start()
    server.write("config.lua", "return {")  # broken: the server's own note tells where it is
    code, output, _ = server.command("status")
    assert code == 0 and "running     1, DISK DIFFERS" in output


def test_no_server_no_configuration(tmp_path):
    code, _, errors = outrider.run("status", "--admin", f"unix:{tmp_path}/none.sock")
    assert code == 4 and "none.sock" in errors
    code, _, errors = outrider.run("status", "-c", tmp_path / "none.lua", "--state-dir", tmp_path)
    assert code == 1 and "none.lua" in errors and "--admin" in errors


def test_json_for_programs(serve):
    server = serve(config(), files=FILES)
    assert json.loads(server.command("status", "--json")[1])["generation"] == 1
    assert json.loads(server.command("reload", "--json")[1]) | {"digest": ""} == {
        "ok": True, "changed": False, "generation": 1, "digest": "", "rules": 3, "needs_restart": []}
    server.write("rules/a.lua", "rule {")
    code, output, _ = server.command("reload", "--json")
    told = json.loads(output)
    assert code == 1 and told["ok"] is False and told["problems"][0]["line"] == 1
    assert server.ask("POST", "/v1/reload", "[]")[0] == 400
    assert server.ask("POST", "/v1/reload", '{"dryrun": true}') == (
        400, {"error": 'unknown member "dryrun"; did you mean "dry_run"?'})
    assert server.ask("GET", "/v1/reload")[0] == 405 and server.ask("GET", "/v2")[0] == 404
    assert server.ask("GET", "/v1/generations")[1]["live"] == 1


def test_an_answer_that_nobody_takes_is_an_error(serve):
    """Longer than what is kept back before it is written."""
    server = serve(config(), files=FILES)
    server.write("rules/a.lua", 'rule { name = "no such key", path = "/", hintss = {} }\n' * 60)
    assert server.reload_and_wait()[0] == 422
    with open("/dev/full", "wb") as full:
        ended = subprocess.run([outrider.BINARY, "status", "--json", "-c", server.config], stdout=full, stderr=subprocess.PIPE,
                               text=True, timeout=60 * outrider.SLOWER, env=server.all_environment(), check=False)
    assert len(server.command("status", "--json")[1]) > 4096
    assert ended.returncode == 3 and "No space left on device" in ended.stderr


@pytest.mark.skipif(os.environ.get("OUTRIDER_SLOW") == "thread", reason="ThreadSanitizer holds back what interrupts Lua")
def test_a_stop_does_not_wait_for_tests_that_run(serve):
    server = serve(config().replace("health =", "reload = { test_timeout_ms = 60000 }, health ="), files=FILES)
    server.write("rules/a.test.lua", "while true do end\n")
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(server.command("reload")))
    waiting.start()
    time.sleep(0.5)
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 4 * outrider.SLOWER
    waiting.join(20)
    assert answers[0][0] == 1, answers
