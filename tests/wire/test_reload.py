# SPDX-License-Identifier: MIT
"""Reloads of rules: no connection notices, a broken file cannot get in, and nobody can miss that it did not."""
import os
import pathlib
import threading
import time

import pytest

import outrider
from h2client import Client
from outrider import wait_until
from reload_site import QUIET, generation, hinted, links, rule
from steady import Steady

RELOADS = int(os.environ.get("OUTRIDER_RELOADS", 100))  # tests/soak: 1000


def test_reloads_under_load_fail_no_request_and_close_no_connection(serve):
    server = serve(QUIET, files={"www/index.html": "page", "rules/a.lua": rule("v0", function=True)})

    def reload(number):
        server.write("rules/a.lua", rule(f"v{number}", function=number % 2 == 0))
        load.wait_for(2)
        status, answer = server.reload_and_wait()
        assert status == 200 and answer["changed"], answer
        return answer["generation"]

    with Steady(server.address(), pause=0.001) as load:
        load.wait_for(50)
        for number in range(1, 31):  # until memory has found its level
            reload(number)
        load.wait_for(50)
        wait_until("old generations to be freed", lambda: all(
            one["state"] != "draining" for one in server.status()["generations"]))
        before = server.resident_kib()
        for number in range(31, 31 + RELOADS):
            last = reload(number)
        load.wait_for(50)
        wait_until("old generations to be freed", lambda: all(
            one["state"] != "draining" for one in server.status()["generations"]))
        after = server.resident_kib()
    assert load.failures == []
    assert (load.connections, load.goaways) == (3, 0)
    assert load.requests > 200
    assert generation(server) == last == 31 + RELOADS
    assert hinted(server, f"v{30 + RELOADS}")
    wait_until("the oldest to be forgotten", lambda: len(server.status()["generations"]) <= 6)
    if not os.environ.get("OUTRIDER_SLOW"):  # sanitizers keep freed memory
        assert after <= before * 1.05 + 1024, f"{before} KiB before, {after} KiB after"


def test_a_request_in_flight_keeps_the_generation_that_it_began_with(serve, application):
    release = threading.Event()

    def slow(request, connection):
        release.wait(20)
        connection.reply(200, "slow")
    config = QUIET.replace('["/"] = ', f'["/slow"] = {{ proxy = "{application(slow).url}" }}, ["/"] = ')
    rules = 'rule { name = "late", path = "/**", phase = "response", hints = function(req, res) return { style "/%s.css" } end }'
    server = serve(config, files={"www/index.html": "page", "rules/a.lua": rules % "old"})
    with Client(server.address(), push=False) as client:
        stream = client.send("/slow")
        wait_until("the request to be in progress", lambda: server.live()["requests"] == 1)
        server.write("rules/a.lua", rules % "new")
        assert server.reload_and_wait()[0] == 200
        assert hinted(server, "new")
        draining = server.status()["generations"][0]
        assert (draining["generation"], draining["state"]) == (1, "draining")
        release.set()
        client.read_until(lambda: client.finished(stream))
        assert client.responses[stream].all("link") == ["</old.css>; rel=preload; as=style"]
    wait_until("it to be freed", lambda: server.status()["generations"][0]["state"] == "freed")


def unreadable(server):
    rules = server.folder / "rules"
    if os.geteuid() == 0:  # who can read everything but what leads to itself
        rules.rename(server.folder / "rules.before")
        rules.symlink_to(rules)
    else:
        os.chmod(rules, 0)


def looping_test(server):
    if os.environ.get("OUTRIDER_SLOW") == "thread":
        pytest.skip("ThreadSanitizer holds back the signal that ends a loop of pure Lua")
    server.write("config.lua", server.config.read_text().replace("reload = {", "reload = { test_timeout_ms = 300,"))
    server.write("rules/b.test.lua", "while true do end\n")


BROKEN = {
    "syntax": lambda server: server.write("rules/b.lua", 'rule { name = "x" hints = {} }\n'),
    "unknown key": lambda server: server.write("rules/b.lua", 'rule { name = "x", path = "/", hint = {} }\n'),
    "failing test": lambda server: server.write(
        "rules/b.test.lua", 'expect(request{ path = "/" }).hints{ style "/else.css" }\n'),
    "test that loops": looping_test,
    "missing certificate": lambda server: server.write("config.lua", server.config.read_text().replace(
        '{ address = "127.0.0.1:0" }',
        '{ address = "127.0.0.1:0" }, { address = "127.0.0.1:1", tls = { certificate = "none.pem", key = "none.key" } }')),
    "missing directory": lambda server: server.write(
        "config.lua", server.config.read_text().replace('"rules/*.lua"', '"no-rules/*.lua"')),
    "unreadable directory": unreadable,
    "half-written file": lambda server: server.write("rules/a.lua", rule("new")[:40]),
    "half-written configuration": lambda server: server.write("config.lua", server.config.read_text()[:200]),
    "no configuration": lambda server: os.unlink(server.config),
}


@pytest.mark.parametrize("break_it", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_never_gets_in(serve, break_it):
    server = serve(QUIET, files={"www/index.html": "page", "rules/a.lua": rule("old"), "rules/lib/x.lua": "return {}"})
    assert server.metrics()["outrider_reload_last_success"] == 1
    break_it(server)
    already = len(server.log())
    code, output, errors = server.command("reload")
    assert code == 1 and output == "", (code, output, errors)
    problems = errors.splitlines()[:-1]
    assert problems and errors.splitlines()[-1] == \
        f"outrider reload: {len(problems)} problem{'s' * (len(problems) > 1)}; generation 1 goes on"
    # The same text in the log, to the caller, by check and in the status.
    logged = [line.split(" error ", 1)[1] for line in server.log()[already:].splitlines() if " error " in line]
    assert logged[:-1] == problems
    code, _, checked = server.command("check")
    assert code == 1 and checked.splitlines()[:-1] == problems
    status = server.status()
    assert status["last_reload"]["problems"] == problems and status["last_reload"]["ok"] is False
    assert status["generation"] == 1 and hinted(server, "old")
    assert [one["state"] for one in status["generations"]] == ["live", "failed"]
    assert status["disk_differs"] is True
    metrics = server.metrics()
    assert metrics["outrider_reload_last_success"] == 0 and metrics["outrider_disk_differs"] == 1


def test_certificates_that_cannot_be_used_name_file_and_place(serve):
    server = serve(QUIET, files={"www/index.html": "page", "rules/a.lua": rule("old")})
    certificate, _ = outrider.certificate(server.folder / "tls", "a.example")
    _, other_key = outrider.certificate(server.folder / "tls", "b.example")
    server.write("config.lua", server.config.read_text().replace(
        '"127.0.0.1:0" }', f'"127.0.0.1:0", tls = {{ certificate = "{certificate}", key = "{other_key}" }} }}'))
    code, _, errors = server.command("reload")
    assert code == 1 and "config.lua:4" in errors and "b.example.key" in errors


def test_dry_run_shows_the_difference_and_changes_nothing(serve):
    server = serve(QUIET, files={"www/index.html": "page", "rules/a.lua": rule("old", function=True)})
    assert server.command("reload", "--dry-run")[1] == "dry run: nothing would change; generation 1 goes on\n"
    server.write("rules/a.lua", rule("new", function=True))
    server.write("rules/b.lua", rule("b").replace("page", "second"))
    server.write("config.lua", server.config.read_text().replace("workers = 2", "workers = 3, health = \"/h\""))
    code, output, _ = server.command("reload", "--dry-run")
    assert code == 0
    assert output.splitlines() == [
        "~ config.lua", "~ rules/a.lua", "+ rules/b.lua", "~ health", "~ workers", '~ rule "page" of *', '+ rule "second" of *',
        "dry run: this would load; generation 1 goes on",
        "needs a restart: workers: 2 run and 3 are wanted, which takes effect when the server is started again"]
    assert generation(server) == 1 and hinted(server, "old")


def test_tests_beside_the_rules_run_and_can_be_skipped(serve):
    server = serve(QUIET, files={"www/index.html": "page", "rules/a.lua": rule("a"), "rules/a.test.lua":
                                 'expect(request{ path = "/" }).hints{ fetch "/a.css" }\n'})
    server.write("rules/a.lua", rule("b"))
    code, _, errors = server.command("reload")
    assert code == 1 and errors.startswith(f"{server.folder}/rules/a.test.lua:1: ") and "/a.css" in errors and "/b.css" in errors
    code, output, _ = server.command("reload", "--skip-tests")
    assert code == 0 and output.startswith("generation 3, digest ") and hinted(server, "b")
    assert "the tests beside the rules are skipped, asked by root" in server.log()


def test_nothing_new_makes_no_generation(serve):
    server = serve(QUIET, files={"www/index.html": "page", "rules/a.lua": rule("a")})
    for _ in range(3):
        assert server.command("reload")[1].startswith("nothing has changed: generation 1, digest ")
    assert len(server.status()["generations"]) == 1


def test_reloads_asked_for_together_are_one(serve):
    slow = 'local t = 0 for i = 1, 3e7 do t = t + i end\n'
    server = serve(QUIET, files={"www/index.html": "page", "rules/a.lua": slow + rule("v1")})
    server.write("rules/a.lua", slow + rule("v2"))
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(server.reload_and_wait())) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [status for status, _ in answers] == [200] * 20
    assert generation(server) == 2


def test_stop_while_reloading_and_reload_while_stopping(serve, application):
    slow = 'local till = os.time() + 4 while os.time() < till do end\n'

    def answer(request, connection):
        connection.sleep(2 * outrider.SLOWER)
        connection.reply(200, "slow")
    config = QUIET.replace('["/"] = ', f'["/slow"] = {{ proxy = "{application(answer).url}" }}, ["/"] = ')
    server = serve(config, files={"www/index.html": "page", "rules/a.lua": rule("v1")})
    address = server.address()
    with Client(address, push=False) as client:
        stream = client.send("/slow")
        wait_until("the request to be in progress", lambda: server.live()["requests"] == 1)
        server.write("rules/a.lua", slow + rule("v2"))
        answers = []
        thread = threading.Thread(target=lambda: answers.append(server.reload_and_wait()))
        thread.start()
        time.sleep(0.1)
        server.process.terminate()
        wait_until("the stop", lambda: "SIGTERM: stopping" in server.log())
        late = server.reload_and_wait()
        thread.join(60)
        assert server.is_ready(), "answered before the end, and before the file was through"
        client.read_until(lambda: client.finished(stream))
        assert client.responses[stream].body == b"slow"
    for status, told in [late, *answers]:
        assert status == 422 and "the server is stopping" in told["problems"][0]["text"], told
    server.checks_rest = False
    server.stop()


def test_a_file_that_is_written_while_it_is_read_is_never_half_loaded(serve):
    server = serve(QUIET, files={"www/index.html": "page", "rules/a.lua": rule("v0")})
    stop = threading.Event()
    path = pathlib.Path(server.folder) / "rules" / "a.lua"

    def writer():
        # Each version has two rules that belong together; between them the file is whole Lua, and wrong.
        number = 0
        while not stop.is_set():
            number += 1
            with open(path, "w") as file:
                file.write(rule(f"v{number}"))
                file.flush()
                time.sleep(0.002)
                file.write(rule(f"w{number}").replace("page", "second"))
            time.sleep(0.1)
    thread = threading.Thread(target=writer)
    thread.start()
    loaded = 0
    try:
        for _ in range(20):
            loaded += server.reload_and_wait()[0] == 200
            first, *second = links(server)
            if first != "/v0.css":
                assert second == ["/w" + first[2:]], (first, second)
    finally:
        stop.set()
        thread.join()
    assert loaded > 5


def test_files_that_never_come_to_rest_are_refused(serve):
    server = serve(QUIET, files={"www/index.html": "page", "rules/a.lua": rule("v0")})
    stop = threading.Event()

    def writer():
        number = 0
        while not stop.is_set():
            number += 1
            server.write("rules/a.lua", rule(f"v{number}"))
            time.sleep(0.005)
    thread = threading.Thread(target=writer)
    thread.start()
    try:
        # A writer whom the machine stops for a while has come to rest: then what he wrote is loaded.
        status = 200
        for _ in range(10):
            before = links(server)
            status, answer = server.reload_and_wait()
            if status == 422:
                break
    finally:
        stop.set()
        thread.join()
    assert status == 422 and "changed again and again" in answer["problems"][0]["text"]
    assert links(server) == before
    assert server.reload_and_wait()[0] == 200
