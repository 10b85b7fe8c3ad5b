# SPDX-License-Identifier: MIT
"""A rule that fails for most of its visitors is switched off until the next reload; one visitor alone cannot do that."""
import socket
import time

import pytest

from http1 import Answer, get
from outrider import wait_until

CONFIG = """
return {
  workers = 2,
  listen = { { address = "127.0.0.1:0" } },
  sites = { ["shop"] = { aliases = { "localhost" }, rules = "rules/*.lua", routes = { ["/"] = { files = "www" } } } },
  limits = { failing_rules = { window_s = 1, minimum = 20 } },
  reload = { rollback = { window_s = 1, failures_percent = 0, assets_percent = 0 } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
RULES = """
rule { name = "good", path = "/", hints = function(req) return { style "/good.css" } end }
rule { name = "cart", path = "/", hints = function(req)
  if req.query.fine then return { style "/cart.css" } end
  return { style(req.params.nothing.here) }
end }
"""
FILES = {"www/index.html": "page", "www/good.css": "a", "www/cart.css": "b", "rules/a.lua": RULES}
BOTH = ["</good.css>; rel=preload; as=style", "</cart.css>; rel=preload; as=style"]


def visit(server, number, target="/"):
    """As a visitor with an address of his own."""
    with socket.create_connection(server.address(), source_address=(f"127.0.1.{number}", 0)) as sock:
        sock.settimeout(20)
        sock.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while more := sock.recv(65536):
            answer += more
        return Answer(answer)


def everybody(server, target="/"):
    for number in range(1, 25):
        assert visit(server, number, target).status == 200


def off(server):
    return server.status()["off"]


def until_off(server):
    def visited():
        everybody(server)
        return off(server)
    return wait_until("the rule is off", visited, 30)


def test_a_failing_rule_is_switched_off_until_it_is_switched_on_or_reloaded(serve):
    server = serve(CONFIG, files=FILES)
    [entry] = until_off(server)
    assert (entry["site"], entry["rule"]) == ("shop", "cart")
    assert entry["who"].startswith("the server: ") and entry["who"].endswith(" evaluations failed")
    failed, _, evaluated = entry["who"].split(" ")[2:5]
    assert int(failed) == int(evaluated) >= 20
    # Loud, and saying what to do; the page and the other rule go on.
    [line] = [line for line in server.log().splitlines() if "is switched off" in line]
    assert "rules/a.lua:3: rule \"cart\" of site shop is switched off until the next reload" in line
    assert "rules/a.lua:5: attempt to index" in line and "outrider on --rule 'cart'" in line
    assert get(server.address(), "/?fine=1").all("link") == BOTH[:1]
    code, output, _ = server.command("status")
    assert code == 0 and output.index("rule \"cart\" of site shop") < output.index("running")
    assert "outrider_failing_rules 1" in server.ask("GET", "/metrics")[1]
    assert "outrider_switched_off 0" in server.ask("GET", "/metrics")[1]

    code, output, errors = server.command("on", "--rule", "cart")
    assert code == 0, errors
    assert off(server) == [] and get(server.address(), "/?fine=1").all("link") == BOTH
    until_off(server)
    # A reload that finds nothing new is one too.
    assert server.command("reload")[0] == 0
    assert off(server) == [] and get(server.address(), "/?fine=1").all("link") == BOTH


def test_it_is_not_kept_over_a_restart_nor_for_the_next_generation(serve):
    server = serve(CONFIG, files=FILES)
    until_off(server)
    server.write("rules/a.lua", RULES.replace("req.params.nothing.here", "'/cart.css'"))
    assert server.command("reload")[0] == 0
    assert off(server) == []
    assert get(server.address()).all("link") == BOTH
    server.write("rules/a.lua", RULES)
    assert server.command("reload")[0] == 0
    until_off(server)
    server.stop()
    server.start()
    assert off(server) == [] and "still off" not in server.log()


def test_a_generation_on_trial_is_left_as_a_whole(serve):
    works = RULES.replace("req.params.nothing.here", "'/cart.css'")
    config = CONFIG.replace("window_s = 1, failures_percent = 0", "window_s = 5, minimum = 50, failures_percent = 10")
    server = serve(config, files={**FILES, "rules/a.lua": works})
    server.write("rules/a.lua", RULES)
    assert server.command("reload")[0] == 0

    def is_back():
        everybody(server)
        return server.status()["generation"] == 1
    wait_until("generation 1", is_back, 30)
    assert off(server) == [] and "is switched off" not in server.log()


def test_a_memory_that_rules_have_filled_is_not_blamed_on_one_of_them(serve):
    config = CONFIG.replace("workers = 2", "workers = 1").replace("limits = {", "limits = { rule_memory_bytes = 4194304,")
    cache = """
local cache
rule { name = "cache", path = "/cache/{n}", hints = function(req)
  cache = cache or {}
  for i = 1, 500 do cache[req.params.n .. "-" .. i] = { i } end
end }
rule { name = "good", path = "/", hints = function(req) return { style "/good.css" } end }
"""
    server = serve(config, files={**FILES, "rules/a.lua": cache})

    def told():
        return [line for line in server.log().splitlines() if " error the functions of this worker's rules" in line]
    for number in range(2000):
        visit(server, 1, f"/cache/{number}")
        if told():
            break
    deadline = time.monotonic() + 4
    while time.monotonic() < deadline:
        everybody(server)
    # Once, loudly; and nobody is switched off, as that would free nothing.
    [line] = told()
    assert "of the 4.0 MiB" in line and "limits.rule_memory_bytes" in line
    assert off(server) == [] and server.status()["rule_failures"]["good"] >= 20
    assert get(server.address()).all("link") == []
    server.write("rules/b.lua", "rule { name = 'more', path = '/more', hints = {} }")
    assert server.command("reload")[0] == 0
    assert get(server.address()).all("link") == BOTH[:1]


@pytest.mark.parametrize("asks_like", ["one visitor", "many for whom it works"])
def test_who_is_one_of_many_cannot_switch_it_off(serve, asks_like):
    server = serve(CONFIG, files=FILES)
    deadline = time.monotonic() + 4
    while time.monotonic() < deadline:
        for _ in range(40):
            visit(server, 1)
        if asks_like != "one visitor":
            everybody(server, "/?fine=1")
    assert off(server) == []
    assert server.status()["rule_failures"]["cart"] >= 40
