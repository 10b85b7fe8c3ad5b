# SPDX-License-Identifier: MIT
"""The scenarios in vtc/, told to varnishtest: each meets a server of its own, which must be at rest in the end.

They are numbered from the basic to the particular, so the first that fails is the one to read.
"""
import os
import pathlib
import subprocess

import pytest

from outrider import SLOWER

SCENARIOS = sorted(pathlib.Path(__file__).with_name("vtc").glob("h*.vtc"))
SECONDS = 30 * SLOWER

CONFIG = """
return {
  workers = 1,
  listen = { { address = "127.0.0.1:0" } },
  sites = { ["localhost"] = { aliases = { "127.0.0.1" }, rules = "rules/*.lua", routes = {
    ["/"] = { files = "www", max_age = 60 },
    ["/app/"] = { proxy = "http://unix:%TMP%/application.sock" },
  } } },
  log = { access = { to = "stdout", format = "json" }, error = { level = "debug" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""  # the scenarios' own server s1, where they have one, listens on application.sock
RULES = """
rule { name = "home", path = "/", hints = { style "/app.css", script "/app.js" } }
rule { name = "second page", path = "/second.html", hints = { style "/second.css" } }
rule { name = "application", path = "/app/**", hints = { style "/app.css" } }
"""
SITE = {
    "rules/site.lua": RULES,
    "www/index.html": "x" * 5000,
    "www/plain.html": "plain page\n",
    "www/second.html": "second page\n",
    "www/app.css": "body{}" * 10,
    "www/app.js": "1;" * 10,
    "www/second.css": "p{}",
}


def test_there_are_scenarios():
    assert len(SCENARIOS) >= 13


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_scenario(serve, tmp_path, scenario):
    server = serve(CONFIG, files=SITE)
    work = tmp_path / "varnishtest"
    work.mkdir()
    result = subprocess.run(
        ["varnishtest", "-v", "-t", str(SECONDS), "-D", f"port={server.port()}", "-D", f"app={tmp_path}/application.sock",
         "-D", f"www={tmp_path}/www", scenario],
        capture_output=True, text=True, timeout=SECONDS + 30, env={**os.environ, "TMPDIR": str(work)})
    assert result.returncode == 0, result.stdout + result.stderr  # 77: skipped, which none of them is to be
