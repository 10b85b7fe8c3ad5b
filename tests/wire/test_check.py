# SPDX-License-Identifier: MIT
"""The warnings of `outrider check` as its users see them. Each folder of tests/golden/check is a configuration with the
arguments and what is printed; where it has a server.json, that is what a server answers that `--against` asks, and
where it has a file `certificate`, those are the dates of the one that is made in tls/.
UPDATE_GOLDEN=1 writes the texts anew, for a person to look at the difference."""
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import threading
import time

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
        self.server.hosts.add(self.headers["host"])
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
        server.answers, server.asked, server.hosts = answers, [], set()
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


def make_certificate(folder, begins, ends):
    """tls/shop.example.pem and .key, with the dates as openssl takes them."""
    folder.mkdir()
    (folder / "ca.cnf").write_text("""[ca]
default_ca = own
[own]
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
""")
    (folder / "index").write_text("")
    for arguments in ("req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=shop.example "
                      "-keyout shop.example.key -out request",
                      "ca -batch -selfsign -notext -config ca.cnf -keyfile shop.example.key -in request "
                      f"-startdate {begins} -enddate {ends} -out shop.example.pem"):
        subprocess.run(["openssl", *arguments.split()], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("case", CASES)
def test_golden(case, answering, tmp_path):
    folder = GOLDEN / case
    expected = folder / "expected.txt"
    if (folder / "certificate").exists():
        folder = shutil.copytree(folder, tmp_path / "case")
        make_certificate(folder / "tls", *(folder / "certificate").read_text().split())
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


def many_hints(folder, names):
    """A site that hints "/NAME.css" for each of the names."""
    (folder / "rules").mkdir()
    (folder / "config.lua").write_text("""return { listen = { { address = "127.0.0.1:0" } },
      sites = { ["*"] = { rules = "rules/*.lua", routes = { ["/"] = { proxy = "http://127.0.0.1:9" } } } } }""")
    (folder / "rules" / "shop.lua").write_text("".join(
        f'rule {{ name = "{name}", path = "/{name}", hints = {{ "/{name}.css" }} }}\n' for name in names))


def test_a_server_that_answers_nothing_is_not_asked_again_and_again(answering, tmp_path):
    names = [f"s{number:03}" for number in range(100)]
    many_hints(tmp_path, names)
    server = answering({f"/{name}.css": None for name in names})
    ended = check(tmp_path, "--against", server.origin)
    assert ended.returncode == 4 and ended.stdout == ""
    assert ended.stderr.startswith(f"outrider check: {server.origin} cannot be reached: ")
    assert 1 <= len({path for _, path in server.asked}) <= 8


def test_a_server_that_stops_answering_is_not_asked_to_the_end(answering, tmp_path):
    names = [f"s{number:03}" for number in range(100)]
    many_hints(tmp_path, names)
    fine = [200, {"content-type": "text/css", "cache-control": "max-age=60"}]
    server = answering({f"/{name}.css": fine if name == "s000" else None for name in names})
    ended = check(tmp_path, "--against", server.origin)
    assert ended.returncode == 0 and f"{server.origin}: 1 hinted URL fetched\n" in ended.stdout
    asked = len({path for _, path in server.asked})
    assert 1 + 24 <= asked <= 8 + 24 + 8
    assert ended.stderr.count("[no_answer]") == 99
    assert ended.stderr.count("it was not asked, as it had not answered for those before this") == 100 - asked


def test_a_server_that_does_not_have_its_name_yet(answering):
    folder = GOLDEN / "against_a_server"
    server = answering(json.loads((folder / "server.json").read_text()))
    at = server.origin.removeprefix("http://")
    ended = check(folder, "--against", "http://shop.example", "--connect-to", at)
    assert ended.returncode == 0 and "http://shop.example: 8 hinted URLs fetched\n" in ended.stdout
    assert server.hosts == {"shop.example"}
    # The port is the origin's where none is given.
    ended = check(folder, "--against", f"http://shop.example:{server.server_port}", "--connect-to", "127.0.0.1")
    assert ended.returncode == 0
    ended = check(folder, "--against", f"http://shop.example:{server.server_port}", "--connect-to", "[::1]:1")
    assert ended.returncode == 4
    assert f"http://shop.example:{server.server_port} at [::1]:1 cannot be reached: " in ended.stderr


def test_a_proxy_of_the_environment_is_not_used(answering, tmp_path):
    many_hints(tmp_path, ["app"])
    server = answering({"/app.css": [200, {"content-type": "text/css", "cache-control": "max-age=60"}]})
    environment = {name: value for name, value in os.environ.items() if name.lower() != "no_proxy"}
    code, out, said = outrider.run("check", "-c", tmp_path / "config.lua", "--strict", "--against", server.origin,
                                   env={**environment, "http_proxy": "http://127.0.0.1:1"})
    assert code == 0 and "1 hinted URL fetched" in out, said


def test_a_list_of_urls_as_windows_writes_it(tmp_path):
    pages = tmp_path / "pages.txt"
    pages.write_bytes(b"\xef\xbb\xbf/\r\n# and\r\n\r\n/about\r\n/more")
    ended = check(GOLDEN / "uncovered_page", "--urls", pages)
    assert ended.returncode == 0 and f"{pages}: no rule covers 2 of 3 pages\n" in ended.stdout
    uncovered = [line for line in ended.stderr.splitlines() if "[uncovered_page]" in line]
    assert [line.split(" ")[0] for line in uncovered] == [f"{pages}:4:", f"{pages}:5:"]


def test_a_missing_key_hides_nothing_else_that_is_wrong(tmp_path):
    certificate, _ = outrider.certificate(tmp_path, "shop.example")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "shop.lua").write_text('rule { nam = "home", path = "/", hints = { "/app.css" } }')
    (tmp_path / "config.lua").write_text(f"""return {{
      listen = {{ {{ address = "127.0.0.1:0", tls = {{ {{ certificate = "{certificate}", key = "none.key" }} }} }} }},
      sites = {{ ["shop.example"] = {{ rules = "rules/*.lua", routes = {{ ["/"] = {{ proxy = "http://127.0.0.1:9" }} }} }} }},
    }}""")
    ended = check(tmp_path)
    assert ended.returncode == 1
    key, rule, end = ended.stderr.splitlines()
    assert key.startswith("config.lua:2: ") and key.endswith("none.key: no such file")
    assert rule.startswith("rules/shop.lua:1: ") and 'unknown key "nam"' in rule
    assert end == "config.lua: 2 problems"


def test_a_server_logs_what_check_says_of_certificates(serve, tmp_path):
    make_certificate(tmp_path / "tls", "20200101000000Z", "20200131000000Z")
    server = serve("""return {
      listen = { { address = "127.0.0.1:0",
                   tls = { { certificate = "tls/shop.example.pem", key = "tls/shop.example.key" } } } },
      sites = { ["shop.example"] = { routes = { ["/"] = { proxy = "http://127.0.0.1:9" } } } },
      admin = { address = "unix:%TMP%/admin.sock" },
    }""")
    sentence = f"warning certificate {tmp_path}/tls/shop.example.pem: it expired on 2020-01-31 00:00 UTC; "
    assert server.log().count(sentence) == 1
    server.command("reload")
    assert server.log().count(sentence) == 2
    said = server.command("check")[2]
    assert "warning: certificate tls/shop.example.pem: it expired on 2020-01-31 00:00 UTC; " in said
    assert sentence not in said


@pytest.mark.parametrize("arguments", [["check", "-c", "config.lua"], ["explain", "-c", "config.lua", "/"], ["--version"]])
def test_what_cannot_be_printed_is_not_fine(arguments):
    with open("/dev/full", "wb") as full:
        ended = subprocess.run([outrider.BINARY, *arguments], cwd=GOLDEN / "nothing_wrong", stdout=full, text=True,
                               stderr=subprocess.PIPE, timeout=60 * outrider.SLOWER, check=False)
    assert ended.returncode == 3
    assert "No space left on device" in ended.stderr


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
    assert out == "" and "/gone.css" in said  # by the files here


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
    (["--against", "https://me:secret@shop.example"], 1, "found \"https://***@shop.example\""),
    (["--against", "http://shop.example", "--connect-to", "x/y"], 1,
     "--connect-to: expected a host such as 192.0.2.1 or staging.example:8443, found \"x/y\""),
    (["--connect-to", "127.0.0.1"], 2, "--against"),
    (["--against", ""], 2, "--against: expected an origin, found nothing"),
    (["--urls", ""], 2, "--urls: expected a file, found nothing"),
    (["--urls", "rules"], 1, "rules: cannot be read; expected a file with an URL in each line"),
    (["--urls", "/dev/zero"], 1, "/dev/zero:1: the line is too long; expected an URL of less than 65536 bytes"),
    (["--urls", "no-such-file"], 1, "no-such-file: cannot be read; expected a file with an URL in each line"),
    (["--urls", "config.lua"], 1, "config.lua:1: \"return {\" is no host; write an URL"),
    (["--ignore", "everything"], 2, "everything"),
    (["--cacert", "config.lua"], 2, "--against"),
    (["--no-warnings", "--strict"], 2, "--strict"),
    (["--budget", "0"], 2, "--budget: expected a number from 1 to 1099511627776, found \"0\"\n"),
    (["--budget", "1k"], 2, "--budget: expected a number from 1 to 1099511627776, found \"1k\"\n"),
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


def test_the_pages_own_origin_has_the_port_of_the_listener(tmp_path):
    _, config = https_site(tmp_path)
    (tmp_path / "config.lua").write_text(config.replace(":0", ":8443").replace("%TMP%", str(tmp_path)))
    (tmp_path / "rules").mkdir()
    (tmp_path / "www").mkdir()
    origins = ["https://localhost:8443", "https://localhost", "http://localhost:8443"]
    hints = ", ".join(f'preconnect "{origin}"' for origin in origins)
    (tmp_path / "rules" / "shop.lua").write_text(f'rule {{ name = "home", path = "/", hints = {{ {hints} }} }}')
    said = check(tmp_path).stderr
    assert said.count("[own_origin]") == 1
    assert 'preconnect "https://localhost:8443" is to the page\'s own origin' in said


def site_with(folder, rules):
    (folder / "rules").mkdir()
    (folder / "config.lua").write_text("""return { listen = { { address = "127.0.0.1:0" } },
      sites = { ["*"] = { rules = "rules/*.lua", routes = { ["/"] = { proxy = "http://127.0.0.1:9" } } } } }""")
    (folder / "rules" / "many.lua").write_text(rules)


def test_many_final_rules_are_no_more_work_than_others(tmp_path):
    """Each compared with all before it, these took half a minute."""
    site_with(tmp_path, """for i = 1, 10000 do
      rule { name = "r" .. i, path = "/" .. i .. "/*", final = true, hints = { style "https://cdn.example/a.css" } }
    end
    rule { name = "last", path = "/7/{page}", hints = { style "https://cdn.example/b.css" } }""")
    began = time.monotonic()
    ended = check(tmp_path)
    assert ended.returncode == 0 and time.monotonic() - began < 15 * outrider.SLOWER
    assert 'rule "last": never has its turn: rule "r7" at' in ended.stderr
    assert ended.stderr.count("[never_matches]") == 1


def test_a_tiny_share_is_given_up_once(tmp_path):
    """Somebody who is in it is looked for by trying; for each page and client anew that took minutes."""
    site_with(tmp_path, """
    rule { name = "few", path = "/**", share = 0.0000001, hints = function(req) return {} end }
    for i = 1, 100 do rule { name = "page " .. i, path = "/" .. i, hints = { style "https://cdn.example/a" } } end""")
    ended = check(tmp_path, "--strict")
    assert 'rule "few": nothing tells what its function returns: its share is so small' in ended.stderr
