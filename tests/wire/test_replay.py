# SPDX-License-Identifier: MIT
"""`outrider replay`: what a real server logged, against the same rules and against others."""
import json
import subprocess

import pytest

import outrider
from h2client import Client
from outrider import Server

CONFIG = """
return {
  workers = 1,
  listen = { { address = "127.0.0.1:0" } },
  sites = { ["*"] = { rules = "%RULES%/*.lua", routes = { ["/"] = { files = "www" } } } },
  log = { access = { to = "stdout", format = "%FORMAT%" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
RULES = """
rule { name = "home", path = "/index.html", hints = { style "/a.css", script "/a.js" } }
rule { name = "product", path = "/p/{id}", hints = function(req)
  return { style "/a.css", image("/img/" .. req.params.id .. ".png") }
end }
rule { name = "by mode", path = "/p/**", when = { header = { ["sec-fetch-mode"] = "navigate" } }, hints = { script "/a.js" } }
rule { name = "response", phase = "response", path = "/index.html", hints = { style "/late.css" } }
"""
FILES = ["index.html", "a.css", "a.js", "late.css", "p/1", "p/2", "p/3", "img/1.png", "img/2.png", "img/3.png"]
ASKED = ["/index.html", "/p/1", "/p/2?q=1", "/p//3", "/a.css", "/none.html"]


class Recorded:
    """A folder with a configuration, its rules, and what a server that ran with them has logged."""

    def __init__(self, folder, log_format):
        self.folder = folder
        self.format = log_format
        files = {f"www/{name}": "x" * 2000 for name in FILES} | {"rules/site.lua": RULES}
        self.server = Server(folder, CONFIG.replace("%RULES%", "rules").replace("%FORMAT%", log_format), files)
        with self.server as server:
            with Client(server.address(), push=True) as pushed_to, Client(server.address(), push=False) as plain:
                for path in ASKED:
                    pushed_to.get(path, headers=[("sec-fetch-mode", "navigate")])
                    plain.get(path, headers=[("user-agent", 'a "quoted" \\ one')])
            outrider.wait_until("all of it is in the log", lambda: all(
                server.output().count(path) >= 2 for path in ASKED))
        self.log = folder / "output.log"

    def replay(self, *arguments, rules=None, log=None, **settings):
        """With `rules` in place of those that were served; what is found."""
        config = self.folder / "config.lua"
        if rules is not None:
            self.server.write("other/site.lua", rules)
            config = self.server.write("other.lua", CONFIG.replace("%RULES%", "other").replace("%FORMAT%", self.format))
        ended = run("-c", config, *arguments, "--json", log or self.log, **settings)
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)


def run(*arguments, **settings):
    return subprocess.run([outrider.BINARY, "replay", *arguments], capture_output=True, text=True, timeout=60, check=False,
                          **settings)


@pytest.fixture(scope="module", name="recorded")
def recorded_fixture(tmp_path_factory):
    return Recorded(tmp_path_factory.mktemp("json"), "json")


@pytest.fixture(scope="module", name="combined")
def combined_fixture(tmp_path_factory):
    return Recorded(tmp_path_factory.mktemp("combined"), "combined")


def left_out(found):
    return {each["why"]: each["lines"] for each in found["left_out"]}


def pages(found):
    return {page["page"]: {sign: {hint["hint"]: hint["requests"] for hint in page[sign]}
                           for sign in ("added", "removed", "altered") if page.get(sign)} for page in found["pages"]}


def test_same_rules_change_nothing(recorded):
    found = recorded.replay("--fail-on", "changes,missing,errors")
    assert found["ok"] is True and found["baseline"] == "logs"
    assert found["changed"] == 0 and found["pages"] == []
    assert found["requests"] == 10 and found["hinted"] == 8
    assert found["missing"] == [] and found["failing"] == [] and found["untold"] == []
    assert left_out(found).keys() == {"pushed", "no_page"}
    assert left_out(found)["no_page"] == 2


def test_changed_rules_change_their_pages_alone(recorded):
    found = recorded.replay(rules=RULES.replace('style "/a.css", image', 'style "/b.css", image')
                            .replace('style "/late.css"', 'style "/late.css", style "/later.css"'))
    assert found["changed"] == 8
    assert pages(found) == {"/p/{id}": {"added": {"/b.css": 6}, "removed": {"/a.css": 6}},
                            "/index.html": {"added": {"/later.css": 2}}}
    assert {each["url"]: each["requests"] for each in found["missing"]} == {"/b.css": 6, "/later.css": 2}
    assert {each["status"] for each in found["missing"]} == {404}
    for what in ("changes", "missing"):
        assert run("-c", recorded.folder / "other.lua", "--fail-on", what, recorded.log).returncode == 1
    assert run("-c", recorded.folder / "other.lua", "--fail-on", "errors", recorded.log).returncode == 0


def test_a_rule_that_is_gone_and_one_that_is_new(recorded):
    rules = RULES.replace('name = "home", path = "/index.html"', 'name = "home", path = "/start.html"')
    found = recorded.replay(rules=rules + 'rule { name = "new", path = "/a.css", hints = { style "/late.css" } }')
    assert pages(found) == {"/index.html": {"removed": {"/a.css": 2, "/a.js": 2}}, "/a.css": {"added": {"/late.css": 2}}}


def test_fields_that_the_log_has_are_told(recorded):
    rules = 'rule { name = "r", path = "/p/1", hints = function(req) return { style("/" .. (%s)) } end }'
    found = recorded.replay(rules=rules % 'req.scheme .. tostring(req.client.navigation) .. (req.headers["sec-fetch-mode"] or "")')
    assert pages(found)["/p/1"]["added"] == {"/httptruenavigate": 1, "/httpfalse": 1}
    assert found["untold"] == []
    found = recorded.replay(rules=rules % '((req.headers["user-agent"] or "-"):gsub("[^%w]", "_"))')
    assert pages(found)["/p/1"]["added"].keys() >= {"/a__quoted____one"}


def test_fields_that_it_has_not_are_said(recorded):
    found = recorded.replay(rules='rule { name = "r", path = "/p/*", hints = function(req) return { req.cookies.a } end }')
    assert [(each["rule"], each["requests"]) for each in found["untold"]] == [("r", 6)]
    assert "cookies" in found["untold"][0]["looks_at"][0]


def test_failing_and_slow_rules(recorded):
    rules = """
rule { name = "failing", path = "/p/{id}", hints = function(req)
  if req.params.id == "2" then return { req.params.none.x } end
end }
rule { name = "fine", path = "/p/*", hints = function(req) return {} end }
"""
    found = recorded.replay(rules=rules)
    [failing] = found["failing"]
    assert failing["rule"] == "failing" and failing["failures"] == 2 and failing["evaluations"] == 6
    assert "site.lua:3" in failing["error"]
    assert failing["example"]["url"].endswith("/p/2")
    assert json.loads(recorded.log.read_text().splitlines()[failing["example"]["line"] - 1])["target"] == "/p/2?q=1"
    # Which of them is slower is up to the machine.
    assert {each["rule"]: each["calls"] for each in found["functions"]} == {"failing": 6, "fine": 6}
    assert all(each["p99_us"] > 0 and each["mean_us"] > 0 for each in found["functions"])
    ended = run("-c", recorded.folder / "other.lua", "--fail-on", "errors", recorded.log)
    assert ended.returncode == 1 and "Rules that fail" in ended.stdout
    assert ended.stderr == "outrider replay: there are errors\n"
    ended = run("-c", recorded.folder / "other.lua", "--json", "--fail-on", "changes,missing,errors", recorded.log)
    assert ended.returncode == 1 and ended.stderr == "" and json.loads(ended.stdout)["ok"] is False


def test_combined_needs_a_baseline(combined):
    found = combined.replay()
    assert found["baseline"] is None and "changed" not in found
    assert found["hinted"] == 8 and left_out(found)["no_page"] == 2
    assert {page["page"]: page["hinted"] for page in found["pages"]} == {"/p/{id}": 6, "/index.html": 2}
    text = run("-c", combined.folder / "config.lua", combined.log).stdout
    assert "nothing to compare with" in text
    ended = run("-c", combined.folder / "config.lua", "--fail-on", "changes", combined.log)
    assert ended.returncode == 1 and f"the beginning of {combined.log} does not tell" in ended.stderr

    rules = RULES.replace('style "/a.css", image', 'style("/a.css", { fetchpriority = "high" }), image')
    found = combined.replay("--baseline", combined.folder / "config.lua", rules=rules)
    assert found["changed"] == 6
    assert pages(found) == {"/p/{id}": {"altered": {"/a.css": 6}}}
    # This format has no Sec-Fetch-Mode, which a rule asks for.
    assert [each["rule"] for each in found["untold"]] == ["by mode"]


def test_several_logs_standard_input_garbage(recorded):
    text = recorded.log.read_text()
    lines = len(text.splitlines())
    garbage = recorded.server.write("garbage.log", "\x00\xff not a log\n{broken\n\n" + text)
    ended = run("-c", recorded.folder / "config.lua", "--json", garbage, "-", input=text)
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["lines"] == 2 * lines + 2 and found["changed"] == 0 and found["requests"] == 20
    unreadable = found["left_out"][0]
    assert unreadable["lines"] == 2 and unreadable["first"]["line"] == 1 and unreadable["first"]["log"] == str(garbage)


def test_an_empty_log(recorded):
    empty = recorded.server.write("empty.log", "")
    assert recorded.replay(log=empty)["lines"] == 0
    ended = run("-c", recorded.folder / "config.lua", empty)
    assert ended.returncode == 0 and "no request takes part" in ended.stdout


def test_without_certificates_and_keys(recorded):
    for name in ("a.pem", "a.key"):
        recorded.server.write(name, "for the server alone").chmod(0)
    config = (recorded.folder / "config.lua").read_text().replace(
        'address = "127.0.0.1:0"', 'address = "127.0.0.1:0", tls = { { certificate = "a.pem", key = "a.key" } }')
    ended = run("-c", recorded.server.write("tls.lua", config), "--json", recorded.log)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["changed"] == 0


def test_what_is_wrong_is_said(recorded):
    config = recorded.folder / "config.lua"
    for arguments, what in [(("-c", config, "none.log"), "cannot read none.log: No such file"),
                            (("-c", config, "--host", "a b", recorded.log), '--host: "a b" is no host'),
                            (("-c", recorded.folder / "none.lua", recorded.log), "none.lua")]:
        ended = run(*arguments)
        assert ended.returncode == 1 and what in ended.stderr and ended.stdout == ""
        ended = run("--json", *arguments)
        assert ended.returncode == 1 and ended.stderr == ""
        told = json.loads(ended.stdout)
        assert told["ok"] is False and what in (told["error"] if "error" in told else str(told["problems"]))
    recorded.server.write("wrong/site.lua", 'rule { name = "r", path = "/", hint = {} }')
    wrong = recorded.server.write("wrong.lua", CONFIG.replace("%RULES%", "wrong").replace("%FORMAT%", "json"))
    [problem] = json.loads(run("-c", wrong, "--json", recorded.log).stdout)["problems"]
    assert problem["file"].endswith("wrong/site.lua") and problem["line"] == 1 and "hints" in problem["message"]
    compressed = recorded.folder / "log.gz"
    compressed.write_bytes(b"\x1f\x8b\x08\x00")
    assert "zcat" in run("-c", config, compressed).stderr


@pytest.mark.parametrize("how", [[], ["--json"]])
def test_output_that_nobody_takes_is_an_error(recorded, how):
    with open("/dev/full", "wb") as full:
        ended = subprocess.run([outrider.BINARY, "replay", "-c", recorded.folder / "config.lua", *how, recorded.log],
                               stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert ended.returncode == 3 and "No space left" in ended.stderr


def test_what_was_switched_off_is_in_the_log(serve):
    """Whether the site, a rule with a function, or one with declared hints was off: what is hinted now counts as added."""
    server = serve(CONFIG.replace("%RULES%", "rules").replace("%FORMAT%", "json"),
                   files={"rules/site.lua": RULES} | {f"www/{name}": "x" for name in FILES})
    log = server.folder / "output.log"

    def replayed_after(path, *off):
        assert server.command("off", *off)[0] == 0
        with Client(server.address(), push=False) as client:
            client.get(f"{path}?{'-'.join(off)}")
        assert server.command("on", *off)[0] == 0
        outrider.wait_until("it is in the log", lambda: f'{path}?{"-".join(off)}"' in server.output())
        [line] = [line for line in log.read_text().splitlines() if f'{path}?{"-".join(off)}"' in line]
        one = server.write("one.log", line + "\n")
        return json.loads(line)["switched_off"], json.loads(run("-c", server.config, "--json", one).stdout)

    for path, *off in (["/p/1"], ["/p/2", "--site", "*"], ["/p/3", "--rule", "product"], ["/index.html", "--rule", "home"]):
        logged, found = replayed_after(path, *off)
        assert logged is True and found["changed"] == found["switched_off"] == 1, (path, off, found)
    logged, found = replayed_after("/p/1", "--delivery", "push")
    assert logged is False and found["changed"] == 0 and "switched_off" not in found
