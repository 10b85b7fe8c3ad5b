# SPDX-License-Identifier: MIT
"""The warnings of `outrider check` as its users see them. Each folder of tests/golden/check is a configuration with the
arguments and what is printed; where it has a server.json, that is what a server answers that `--against` asks.
UPDATE_GOLDEN=1 writes the texts anew, for a person to look at the difference."""
import http.server
import json
import os
import pathlib
import re
import subprocess
import threading

import pytest

import outrider

GOLDEN = outrider.SOURCE / "tests" / "golden" / "check"
CASES = sorted(folder.name for folder in GOLDEN.iterdir())
LONG_AGO = 1_700_000_000


class Answers(http.server.BaseHTTPRequestHandler):
    """[status, fields], with "GET" behind it where HEAD is refused; null: the connection ends without an answer."""
    protocol_version = "HTTP/1.1"

    def answer(self):
        status, fields, *only = self.server.answers.get(self.path, [404, {}]) or [0, {}]
        self.server.asked.append((self.command, self.path))
        if status == 0:
            self.close_connection = True
            return
        if self.command == "HEAD" and only:
            status, fields = 405, {}
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        body = b"" if self.command == "HEAD" else b"x" * 100_000
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass  # nobody waits for it

    do_GET = do_HEAD = answer

    def log_message(self, *_):
        pass


@pytest.fixture
def answering():
    """answering({path: answer}) → the server, with its origin and what it was asked."""
    servers = []

    def start(answers):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        server.answers, server.asked = answers, []
        server.origin = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def check(folder, *arguments):
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return subprocess.run([outrider.BINARY, "check", "-c", "config.lua", *arguments], cwd=folder, text=True,
                          timeout=60 * outrider.SLOWER, capture_output=True, env=environment, check=False)


@pytest.mark.parametrize("case", CASES)
def test_golden(case, answering):
    folder = GOLDEN / case
    arguments = (folder / "args").read_text()
    for path in (folder / "www").rglob("*"):
        os.utime(path, (LONG_AGO, LONG_AGO))
    server = None
    if (folder / "server.json").exists():
        server = answering(json.loads((folder / "server.json").read_text()))
        arguments = arguments.replace("{server}", server.origin)
    ended = check(folder, *arguments.splitlines())
    said = f"{ended.stderr}{ended.stdout}exit code {ended.returncode}\n"
    said = re.sub(r"(digest(?:\": \"| ))[0-9a-f]+", r"\1…", said)  # it has the folder's name in it
    if server:
        said = said.replace(server.origin, "{server}")
    expected = folder / "expected.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(said)
    assert said == expected.read_text()


def test_every_warning_has_a_case():
    help_text = outrider.run("check", "--help")[1]
    names = re.findall(r"^  (\w+): ", help_text.split("by the names that --ignore takes:")[1], re.MULTILINE)
    assert names
    for name in names:
        assert f"[{name}]" in (GOLDEN / name / "expected.txt").read_text()


def test_a_server_is_asked_for_each_url_once_and_its_redirects_are_not_followed(answering):
    folder = GOLDEN / "against_a_server"
    server = answering(json.loads((folder / "server.json").read_text()))
    assert check(folder, "--against", server.origin).returncode == 0
    asked = [path for command, path in server.asked if command == "HEAD"]
    assert len(asked) == len(set(asked)) == 8
    assert ("GET", "/app/no-head.css") in server.asked
    assert not any(path == "/app/fine.css" for _, path in server.asked)


def https_site(tmp_path):
    certificate, key = outrider.certificate(tmp_path / "tls", "localhost")
    return certificate, f"""return {{
      listen = {{ {{ address = "127.0.0.1:0", tls = {{ {{ certificate = "{certificate}", key = "{key}" }} }} }} }},
      sites = {{ ["localhost"] = {{ rules = "rules/*.lua", routes = {{
        ["/"] = {{ files = "www", max_age = 60 }}, ["/old/"] = {{ redirect = "/" }} }} }} }},
      log = {{ access = {{ to = "stdout", format = "json" }} }},
      admin = {{ address = "unix:%TMP%/admin.sock" }},
    }}"""


RULES = 'rule { name = "home", path = "/", hints = { style "/app.css", style "/gone.css", style "/old/app.css" } }\n'


def test_https_with_an_authority_of_ones_own(serve, tmp_path):
    certificate, config = https_site(tmp_path)
    files = {"rules/shop.lua": RULES, "www/app.css": "a {}", "www/index.html": "x"}
    server = serve(config, files=files, environment={"no_proxy": "*"})
    origin = f"https://localhost:{server.port()}"
    code, out, said = server.command("check", "--against", origin, "--cacert", certificate)
    assert code == 0 and f"{origin}: 3 hinted URLs fetched\n" in out, said
    assert "/gone.css" in said and "/old/app.css" in said and '"/app.css"' not in said
    for target in ("/app.css", "/gone.css", "/old/app.css"):
        line = server.wait_for_access(lambda line, target=target: line["target"] == target)
        assert line["protocol"] == "HTTP/2" and line["method"] == "HEAD"

    code, out, said = server.command("check", "--against", origin)
    assert code == 4 and f"outrider check: {origin} cannot be reached: " in said
    assert out == ""


def test_a_server_that_is_not_there(tmp_path):
    import socket
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
        ended = check(GOLDEN / "against_a_server", "--against", origin, "--json")
    assert ended.returncode == 4
    assert json.loads(ended.stdout)["error"].startswith(f"outrider check: {origin} cannot be reached: ")


@pytest.mark.parametrize("arguments, code, said", [
    (["--against", "shop.example"], 1, "expected an origin such as https://www.example.com, found \"shop.example\""),
    (["--against", "https://shop.example/page"], 1, "expected an origin"),
    (["--against", "ftp://shop.example"], 1, "expected an origin"),
    (["--urls", "no-such-file"], 1, "no-such-file: cannot be read; expected a file with an URL in each line"),
    (["--urls", "config.lua"], 1, "config.lua:1: \"return {\" is no host; write an URL"),
    (["--ignore", "everything"], 2, "everything"),
    (["--cacert", "config.lua"], 2, "--against"),
    (["--no-warnings", "--strict"], 2, "--strict"),
    (["--budget", "0"], 2, "--budget"),
])
def test_options_that_cannot_be_followed(arguments, code, said):
    ended = check(GOLDEN / "nothing_wrong", *arguments)
    assert ended.returncode == code and said in ended.stderr


def test_a_plain_check_ends_soon_where_rules_take_long(tmp_path):
    """Asking thousands of slow rules would take minutes; who starts a server waits for this."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "config.lua").write_text("""return { listen = { { address = "127.0.0.1:0" } },
      sites = { ["*"] = { rules = "rules/*.lua", routes = { ["/"] = { proxy = "http://127.0.0.1:9" } } } } }""")
    (tmp_path / "rules" / "slow.lua").write_text("""for i = 1, 5000 do
      rule { name = "r" .. i, path = "/" .. i, hints = function(req) while true do end end }
    end""")
    ended = check(tmp_path)
    assert ended.returncode == 0
    assert "config.lua: not all rules were asked, for lack of time; --strict asks all\n" in ended.stderr
    assert "[unknown_hints]" not in ended.stderr


def test_problems_alone():
    """A new program is tried so, while the old one serves."""
    ended = check(GOLDEN / "asset_missing", "--no-warnings")
    assert (ended.returncode, ended.stderr) == (0, "") and "config.lua: fine" in ended.stdout
    assert check(GOLDEN / "broken", "--no-warnings").returncode == 1


def test_the_same_warnings_as_json():
    ended = check(GOLDEN / "asset_missing", "--json", "--strict")
    result = json.loads(ended.stdout)
    assert ended.returncode == 1 and ended.stderr == "" and result["ok"] is False
    texts = [f"{each['file']}:{each['line']}: warning: {each['message']} [{each['id']}]" for each in result["warnings"]]
    assert texts == check(GOLDEN / "asset_missing").stderr.splitlines()
    assert result["warnings"][0]["rule"] == "home" and result["warnings"][0]["url"] == "/static/gone.js"
