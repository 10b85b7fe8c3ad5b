# SPDX-License-Identifier: MIT
"""What an operator gets for a mistake: every problem with its place, exit code 1, and nothing started."""
import os
import socket
import subprocess

import pytest

import outrider

GOOD = """
return {
  listen = { { address = "127.0.0.1:0" } },
  sites = { ["*"] = { routes = { ["/"] = { files = "www" } } } },
}
"""


@pytest.fixture
def refuse(tmp_path):
    """refuse(config) → what `check` and `run` say; both must refuse with exit code 1 and the same problems."""
    def refused(config, files=None, runs=True):
        server = outrider.Server(tmp_path, config, files={"www/index.html": "x", **(files or {})})
        code, _, said = outrider.run("check", "-c", server.config)
        assert code == 1, said
        if runs:
            code, _, run_said = outrider.run("run", "-c", server.config)
            assert code == 1, run_said
            problems = [line for line in said.splitlines() if not line.endswith(("problem", "problems"))]
            assert problems
            for line in problems:
                assert line in run_said
        return said
    return refused


def test_a_good_one(tmp_path):
    server = outrider.Server(tmp_path, GOOD, files={"www/index.html": "x"})
    code, out, _ = outrider.run("check", "-c", server.config)
    assert code == 0 and "fine" in out


def test_all_problems_at_once_with_their_lines(refuse):
    said = refuse("""return {
  listen = { { adress = "127.0.0.1:0" }, { address = "127.0.0.1" } },
  workers = "many",
  sites = {
    ["www.example.com"] = {
      rules = "rules/*.lua",
      routes = {
        ["/"] = { proxy = "gopher://x" },
        ["/a/"] = { files = "missing" },
        ["/b/"] = { files = "www", proxy = "http://127.0.0.1:1" },
      },
    },
  },
  unknwon = 1,
}
""")
    for line, words in ((2, 'did you mean "address"?'), (2, "port"), (3, "workers"), (8, "gopher://x"), (9, "missing"), (14, "unknwon")):
        assert any(f"config.lua:{line}:" in problem and words in problem for problem in said.splitlines()), (line, words, said)


def test_a_syntax_error(refuse):
    assert "config.lua:2" in refuse("return {\n  listen = = 1\n}")


def test_no_file(tmp_path):
    code, _, said = outrider.run("run", "-c", tmp_path / "none.lua")
    assert code == 1 and "none.lua" in said


def test_rules_with_errors(refuse):
    config = GOOD.replace('routes', 'rules = "rules/*.lua", routes')
    said = refuse(config, {"rules/a.lua": 'rule { name = "one", path = "x", hints = {} }\nrule { nme = "two", hints = { style "y" } }',
                           "rules/b.lua": "rule {"})
    assert "rules/a.lua:1" in said and "rules/a.lua:2" in said and "rules/b.lua:1" in said
    assert 'did you mean "name"?' in said


TLS = GOOD.replace('address = "127.0.0.1:0"', 'address = "127.0.0.1:0", tls = { certificate = "c.pem", key = "c.key" }')


def test_certificates(refuse, tmp_path):
    assert "c.pem" in refuse(TLS)
    first, first_key = outrider.certificate(tmp_path / "1", "localhost")
    second, second_key = outrider.certificate(tmp_path / "2", "localhost")
    (tmp_path / "c.pem").write_bytes(first.read_bytes())
    (tmp_path / "c.key").write_bytes(second_key.read_bytes())
    (tmp_path / "c.key").chmod(0o600)  # else there is a warning, too
    assert "c.key" in refuse(TLS) and "belong" in refuse(TLS)
    (tmp_path / "c.key").write_text("no key")
    assert "c.key" in refuse(TLS)


@pytest.mark.skipif(os.geteuid() == 0 and not os.path.exists("/usr/sbin/runuser"), reason="needs runuser to be somebody else")
def test_a_key_that_cannot_be_read(tmp_path):
    certificate, key = outrider.certificate(tmp_path / "1", "localhost")
    (tmp_path / "c.pem").write_bytes(certificate.read_bytes())
    (tmp_path / "c.key").write_bytes(key.read_bytes())
    (tmp_path / "c.key").chmod(0o600)
    server = outrider.Server(tmp_path, TLS, files={"www/index.html": "x"})
    command = [outrider.BINARY, "check", "-c", server.config]
    if os.geteuid() == 0:
        for folder in [tmp_path, *tmp_path.parents][:4]:
            if folder.stat().st_uid == 0 and str(folder).startswith("/tmp/"):
                folder.chmod(0o755)
        command = ["/usr/sbin/runuser", "-u", "nobody", "--", *command]
    else:
        (tmp_path / "c.key").chmod(0)
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 1, result.stderr
    told = next(line for line in result.stderr.splitlines() if "c.key" in line)
    assert "config.lua:3" in told and "0600" in told, result.stderr


def test_a_port_that_is_taken(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        server = outrider.Server(tmp_path, GOOD.replace("127.0.0.1:0", address), files={"www/index.html": "x"})
        code, _, said = outrider.run("run", "-c", server.config)
        assert code == 1 and address in said and "in use" in said, said


def test_usage():
    assert outrider.run("--version")[:1] == (0,)
    assert outrider.run("--help")[0] == 0
    assert outrider.run("serve")[0] == 2
    assert outrider.run("run", "--colour")[0] == 2
