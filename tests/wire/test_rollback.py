# SPDX-License-Identifier: MIT
"""Going back: by itself when a generation turns out bad, by hand, and from what is kept on disk."""
import os
import pathlib
import signal
import threading
import time

import pytest

import outrider
from h2client import Client
from http1 import get
from outrider import wait_until
from test_failing_rules import visit as visit_from

CONFIG = """
return {
  workers = 2,
  listen = { { address = "127.0.0.1:0" } },
  sites = { ["*"] = { rules = "rules/*.lua", routes = {
    ["/"] = { files = "www" }, ["/moved/"] = { redirect = "/" } } } },
  watch = true,
  reload = { keep_generations = 3, rollback = { minimum = 40, window_s = 3, visitors = 1 } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
GOOD = 'rule { name = "page", path = "/", hints = { style "/a.css" } }\n'
FILES = {"www/index.html": "page", "www/a.css": "a", "www/b.css": "b", "rules/a.lua": GOOD}


def visit(server, times=200):
    """What a browser does: the page, then what its Link names."""
    with Client(server.address(), push=False) as client:
        for _ in range(times):
            for link in client.get("/").all("link"):
                client.get(link.split(">")[0][1:])
            client.events.clear()
            client.responses.clear()
            yield


def generations(server):
    return {one["generation"]: one for one in server.status()["generations"]}


def until_back(server):
    """Visits until generation 1 is live again; returns how many visits it took."""
    wait_until("generation 2", lambda: server.status()["generation"] == 2)
    for count, _ in enumerate(visit(server, 100_000)):
        if count % 20 == 0 and server.status()["generation"] == 1:
            return count
        assert count < 50_000, server.log()
        time.sleep(0.002)


@pytest.mark.parametrize("bad, why", [
    ('rule { name = "page", path = "/", hints = function(req) return { style(req.params.nothing.here) } end }\n',
     "evaluations had a rule that failed"),
    ('rule { name = "page", path = "/", hints = { style "/a.css", style "/gone.css" } }\n', "hinted assets were answered"),
    ('rule { name = "page", path = "/", hints = { style "/moved/a.css" } }\n', "hinted assets were answered"),
], ids=["a rule that fails", "an asset that is not there", "an asset that moved"])
def test_a_bad_generation_is_left_by_itself(serve, bad, why):
    server = serve(CONFIG, files=FILES)
    server.write("rules/a.lua", bad)
    assert until_back(server) < 1000
    left = generations(server)[2]
    assert left["state"] == "rolled back" and why in left["note"], left
    status = server.status()
    assert status["disk_differs"] is True
    assert "generation 2 turns out bad" in server.log()
    assert get(server.address()).all("link") == ["</a.css>; rel=preload; as=style"]
    code, output, _ = server.command("status")
    assert code == 0 and "running     1, DISK DIFFERS" in output
    # The disk is not loaded again until its content changes …
    os.utime(server.folder / "rules" / "a.lua")
    time.sleep(0.8)
    assert server.status()["generation"] == 1
    # … or someone asks.
    assert server.command("reload")[1].startswith("generation 3, ")
    server.write("rules/a.lua", GOOD.replace("a.css", "b.css"))
    wait_until("the mended file", lambda: server.status()["generation"] == 4)
    assert server.status()["disk_differs"] is False


def test_it_can_be_turned_off_and_small_samples_prove_nothing(serve):
    server = serve(CONFIG.replace("minimum = 40", "minimum = 40, assets_percent = 0"), files=FILES)
    server.write("rules/a.lua", GOOD.replace("a.css", "gone.css"))
    wait_until("generation 2", lambda: server.status()["generation"] == 2)
    for _ in visit(server, 200):
        pass
    time.sleep(1.5)
    assert server.status()["generation"] == 2
    server.write("config.lua", CONFIG.replace("%TMP%", str(server.folder)).replace("minimum = 40", "minimum = 1000"))
    wait_until("generation 3", lambda: server.status()["generation"] == 3)
    for _ in visit(server, 100):
        pass
    time.sleep(1.5)
    assert server.status()["generation"] == 3


def test_what_stood_its_time_is_not_left_for_a_fault_of_the_application(serve):
    server = serve(CONFIG.replace("window_s = 3", "window_s = 2"), files=FILES)
    server.write("rules/a.lua", GOOD.replace("a.css", "b.css"))
    wait_until("generation 2", lambda: server.status()["generation"] == 2)
    deadline = time.monotonic() + 3.5
    while time.monotonic() < deadline:
        for _ in visit(server, 20):
            pass
    os.unlink(server.folder / "www" / "b.css")
    for _ in visit(server, 200):
        pass
    time.sleep(1.5)
    assert server.status()["generation"] == 2


def test_by_hand(serve):
    server = serve(CONFIG.replace("watch = true", "watch = false"), files=FILES)
    for number in range(2, 7):
        server.write("rules/a.lua", GOOD.replace("a.css", f"v{number}.css"))
        assert server.command("reload")[0] == 0
    wait_until("the oldest to be forgotten", lambda: [
        number for number, one in generations(server).items() if one["kept"]] == [3, 4, 5, 6])
    assert server.command("rollback")[1].startswith("generation 5, ")
    assert get(server.address()).all("link") == ["</v5.css>; rel=preload; as=style"]
    assert generations(server)[6]["state"] == "rolled back"
    assert "rolled back by root (pid " in generations(server)[6]["note"]
    assert server.command("rollback", "3")[1].startswith("generation 3, ")
    assert get(server.address()).all("link") == ["</v3.css>; rel=preload; as=style"]
    for number, why in (("1", "is not kept"), ("99", "is not kept"), ("3", "is the live one")):
        code, _, errors = server.command("rollback", number)
        assert code == 1 and f"generation {number} cannot be taken back: it {why}" in errors
    assert server.command("rollback", "6")[0] == 0
    assert server.status()["disk_differs"] is False
    assert server.command("rollback", "x")[0] == 2


def test_the_configuration_goes_back_too_and_certificates_do_not(serve, tmp_path):
    certificate, key = outrider.certificate(tmp_path / "one", "localhost")
    plain = CONFIG.replace("watch = true", "watch = false").replace(
        '"127.0.0.1:0" }', f'"127.0.0.1:0", tls = {{ certificate = "{certificate}", key = "{key}" }} }}')
    server = serve(plain, files=FILES)
    server.write("config.lua", plain.replace('["/moved/"]', '["/new/"] = { files = "www" }, ["/moved/"]'))
    assert server.command("reload")[0] == 0
    with Client(server.address(), tls=True, push=False) as client:
        assert client.get("/new/").status == 200
    os.unlink(certificate)
    code, _, errors = server.command("rollback")
    assert code == 0, errors  # a certificate that is gone does not stand in the way
    with Client(server.address(), tls=True, push=False) as client:
        assert client.get("/new/").status == 404


def test_there_is_nothing_before_the_first(serve):
    server = serve(CONFIG, files=FILES)
    code, _, errors = server.command("rollback")
    assert code == 1 and "there is no earlier generation to go back to" in errors
    assert server.command("rollback", "99")[0] == 1
    # Nothing is wrong with what is on the disk.
    assert server.metrics()["outrider_reload_last_success"] == 1


def test_the_first_generation_turns_out_bad(serve):
    server = serve(CONFIG, files={**FILES, "rules/a.lua": GOOD.replace("a.css", "gone.css")})
    for _ in visit(server, 200):
        pass
    wait_until("the words", lambda: "generation 1 turns out bad" in server.log())
    assert "there is no earlier generation to go back to: generation 1 goes on" in server.log()
    assert "hinted assets" in generations(server)[1]["note"]
    # An asset that was missing before is no fault of what comes next.
    server.write("rules/b.lua", 'rule { name = "other", path = "/other", hints = { style "/b.css" } }\n')
    wait_until("generation 2", lambda: server.status()["generation"] == 2)
    for _ in visit(server, 300):
        pass
    time.sleep(1.5)
    assert server.status()["generation"] == 2


def test_a_mend_that_is_loading_is_not_taken_for_what_it_mends(serve):
    slow = "local till = os.time() + 3 while os.time() < till do end\n"  # longer than a verdict takes, on any machine
    bad = 'rule { name = "page", path = "/", hints = function(req) return { style(req.params.nothing.here) } end }\n'
    server = serve(CONFIG.replace("watch = true", "watch = false"), files=FILES)
    server.write("rules/a.lua", bad)
    assert server.command("reload")[0] == 0
    server.write("rules/a.lua", slow + GOOD.replace("a.css", "b.css"))
    answers = []
    mend = threading.Thread(target=lambda: answers.append(server.command("reload")))
    mend.start()
    for _ in visit(server, 100):
        pass
    wait_until("the verdict", lambda: "generation 2 turns out bad" in server.log())
    mend.join(60)
    assert answers[0][0] == 0, answers
    time.sleep(1)
    assert server.status()["generation"] == 3
    assert get(server.address()).all("link") == ["</b.css>; rel=preload; as=style"]


def test_keys_that_are_gone_do_not_stand_in_the_way_back(serve, tmp_path):
    (tmp_path / "bucket").write_text("0123456789abcdef0123456789abcdef\n")
    server = serve(CONFIG.replace("watch = true", f'watch = false, bucket_key = "{tmp_path}/bucket"'), files=FILES)
    server.write("rules/a.lua", GOOD.replace("a.css", "b.css"))
    assert server.command("reload")[0] == 0
    os.unlink(tmp_path / "bucket")
    code, _, errors = server.command("rollback")
    assert code == 0, errors


def test_or_last_good(serve):
    server = serve(CONFIG.replace("window_s = 3", "window_s = 1"), files=FILES)
    server.write("rules/a.lua", GOOD.replace("a.css", "b.css"))
    wait_until("generation 2", lambda: server.status()["generation"] == 2)
    state = server.folder / "state"
    good = wait_until("what is kept", lambda: next(state.glob("*.last-good"), None))
    before = good.read_bytes()
    wait_until("it to have stood its time, which nobody's asking makes ten windows", lambda: good.read_bytes() != before, 20)
    server.stop()
    server.write("rules/a.lua", "rule {")
    code, _, errors = server.command("run")
    assert code == 1 and "rules/a.lua:1" in errors
    server.arguments.append("--or-last-good")
    server.start()
    assert get(server.address()).all("link") == ["</b.css>; rel=preload; as=style"]
    assert "rules/a.lua:1" in server.log() and "starting the last good generation" in server.log()
    assert server.status()["disk_differs"] is True
    assert server.status()["generations"][0]["cause"] == "last good"
    server.write("rules/a.lua", GOOD)
    wait_until("the mended file", lambda: server.status()["generation"] > 1 and not server.status()["disk_differs"])
    server.stop()
    good.write_bytes(b"garbage")
    server.write("rules/a.lua", "rule {")
    code, _, errors = server.command("run", "--or-last-good")
    assert code == 1 and "rules/a.lua:1" in errors


def test_a_crash_brings_the_same_generation_back(serve):
    """Not what lies on disk, which nobody has asked to load or which was rolled back."""
    server = serve(CONFIG.replace("watch = true", "watch = false"), files=FILES)
    server.write("rules/a.lua", GOOD.replace("a.css", "b.css"))
    assert server.command("reload")[0] == 0
    assert server.command("rollback")[0] == 0
    assert server.command("off", "--delivery", "push", "--for", "30m")[0] == 0
    server.write("rules/a.lua", "rule {")
    first = server.server_pid()
    wait_until("the state to be written", lambda: any((server.folder / "state").glob("*.running")))
    time.sleep(0.3)
    os.kill(first, signal.SIGKILL)
    wait_until("another process", lambda: server.ready_pid() not in (None, first))
    status = server.status()
    assert (status["generation"], status["disk_differs"]) == (1, True)
    assert [one["what"] for one in status["off"]] == ["push"]
    assert get(server.address()).all("link") == ["</a.css>; rel=preload; as=style"]
    server.write("rules/a.lua", GOOD.replace("a.css", "c.css"))
    assert server.command("reload")[1].startswith("generation 3, ")
    pathlib.Path(server.log_path).write_text(server.log().replace("died by", "was ended by"))  # meant to, here


def test_what_was_rolled_back_stays_so_after_a_crash(serve):
    server = serve(CONFIG, files=FILES)
    server.write("rules/a.lua", GOOD.replace("a.css", "b.css"))
    wait_until("generation 2", lambda: server.status()["generation"] == 2)
    assert server.command("rollback")[0] == 0
    first = server.server_pid()
    time.sleep(0.3)
    os.kill(first, signal.SIGKILL)
    wait_until("another process", lambda: server.ready_pid() not in (None, first))
    time.sleep(1)
    assert (server.status()["generation"], server.status()["disk_differs"]) == (1, True)
    server.write("rules/a.lua", GOOD.replace("a.css", "c.css"))
    wait_until("what is new", lambda: get(server.address()).all("link") == ["</c.css>; rel=preload; as=style"])
    pathlib.Path(server.log_path).write_text(server.log().replace("died by", "was ended by"))  # meant to, here


def test_a_visitor_cannot_have_a_good_generation_rolled_back(serve):
    """By paths that he makes up, or by asking for what is not there again and again."""
    captures = 'rule { name = "product", path = "/p/{id}", hints = { image "/img/{id}.jpg" } }\n'
    server = serve(CONFIG, files={**FILES, "www/p/1": "product", "www/img/1.jpg": "image"})
    server.write("rules/a.lua", GOOD + captures)
    wait_until("generation 2", lambda: server.status()["generation"] == 2)
    with Client(server.address(), push=False) as client:
        assert client.get("/p/1").all("link") == ["</img/1.jpg>; rel=preload; as=image"]
        for i in range(150):
            assert client.get(f"/p/none{i}").status == 404
            assert client.get(f"/img/none{i}.jpg").status == 404
            client.events.clear()
            client.responses.clear()
    time.sleep(1.5)
    assert server.status()["generation"] == 2


def test_nor_by_a_path_for_which_a_rule_fails_or_that_hints_what_is_not_there(serve):
    """Many visitors can: then it is no fault of one of them."""
    rules = """
rule { name = "broken", path = "/broken/{id}", hints = function(req) return { style(req.params.nothing.here) } end }
rule { name = "product", path = "/app/{id}", hints = function(req) return { image("/img/" .. req.params.id .. ".avif") } end }
"""
    config = CONFIG.replace(", visitors = 1", "").replace(
        '["/moved/"]', '["/app/"] = { files = "www", fallback = "/index.html" }, ["/moved/"]')
    server = serve(config, files=FILES)
    server.write("rules/a.lua", GOOD + rules)
    wait_until("generation 2", lambda: server.status()["generation"] == 2)
    with Client(server.address(), push=False) as client:
        # What browsers write otherwise is no fault of a rule.
        assert client.get("/app/%20%C3%A9").all("link") == ["</img/%20%C3%A9.avif>; rel=preload; as=image"]
        for _ in range(100):
            client.get("/broken/%20")
            assert client.get("/app/1").status == 200
            assert client.get("/img/1.avif").status == 404
            client.events.clear()
            client.responses.clear()
    time.sleep(1.5)
    assert server.status()["generation"] == 2

    def many_come():
        for number in range(1, 41):
            visit_from(server, number, "/broken/1")
        return server.status()["generation"] == 1
    wait_until("generation 1 to be back", many_come, 30)
    assert "evaluations had a rule that failed" in generations(server)[2]["note"]


def test_nor_by_fields_that_make_the_application_answer_otherwise(serve, application):
    app = application(lambda request, connection: connection.reply(404 if "x-original-url" in request.headers else 200, "a"))
    config = CONFIG.replace('["/moved/"]', f'["/app/"] = {{ proxy = "{app.url}" }}, ["/moved/"]')
    server = serve(config, files=FILES)
    server.write("rules/a.lua", 'rule { name = "page", path = "/", hints = { style "/app/a.css" } }\n')
    wait_until("generation 2", lambda: server.status()["generation"] == 2)
    with Client(server.address(), push=False) as client:
        for _ in range(150):
            assert client.get("/").all("link") == ["</app/a.css>; rel=preload; as=style"]
            assert client.get("/app/a.css", headers=[("x-original-url", "/nothing")]).status == 404
            client.events.clear()
            client.responses.clear()
    time.sleep(1.5)
    assert server.status()["generation"] == 2
