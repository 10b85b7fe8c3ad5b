# SPDX-License-Identifier: MIT
"""`outrider explain` as its users run it. Each folder of tests/golden/explain is a configuration with the arguments and the
text that is printed; UPDATE_GOLDEN=1 writes the texts anew, for a person to look at the difference."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

BINARY = os.environ["OUTRIDER_BINARY"]
GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden"
CASES = sorted(folder.name for folder in (GOLDEN / "explain").iterdir())
# Each reason that follows from configuration, rules, files and the request, and a request that it is the answer to.
REASONS = {
    "sent": "--client nghttp /page",
    "client_disabled_push": "--client curl /push",
    "push_limit": "--client nghttp /many",
    "already_sent": "--client nghttp --sent /files/a.css /page",
    "in_cookie": "--client nghttp --cached /files/a.css /page",
    "over_budget": "--client nghttp /small",
    "own_url": "--client nghttp /files/a.css",
    "not_navigation": "--client curl /page",
    "prefetch": "--client chromium -H Sec-Purpose:prefetch /page",
    "bot": "--client bot /page",
    "cross_origin": "--client nghttp /elsewhere",
    "not_an_asset": "--client qtwebengine /elsewhere",
    "nopush": "--client nghttp /unpushed",
    "rule_says_otherwise": "--client nghttp /link",
    "push_off": "--client nghttp https://unpushed.example/page",
    "push_unsupported": "--client firefox=100 /page",
    "asset_failed": "--client nghttp /bad",
    "asset_redirects": "--client chromium /bad",
    "wrong_type": "--client qtwebengine /bad",
    "not_cacheable": "--client chromium /stale",
    "save_data": "--client nghttp -H Save-Data:on /page",
    "client_denied": "-H User-Agent:EvilReader/1 --client nghttp /page",
    "client_opted_out": "--client chromium -H No-Early-Hints:? /page",
    "early_hints_off": "--client chromium https://late.example/page",
    "answer_ready": "--client chromium /files/page.html",
    "behind_proxy": "--client chromium http://shop.example:8081/page",
    "early_hints_unsupported": "--client safari /page",
    "early_hints_too_late": "--client chromium --response head.txt /late",
    "not_http2": "--client http1 /page",
    "not_for_this_method": "--client chromium -X HEAD /page",
    "conditional_request": '--client nghttp -H If-None-Match:"1" /page',
    "shared_cache": "--client curl -b session=1 --response public.txt /own",
    "shadow": "--client nghttp /trial",
}
# And those that only a running server has, or only its experience: test_reasons.py has a request for each.
OF_A_SERVER = {"client_stream_limit", "version_unknown", "asset_varies", "needs_credentials", "page_redirects", "early_hints_already_sent",
               "connection_closing", "switched_off", "no_answer", "cache_digest"}


def explain(folder, *arguments, **settings):
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    return subprocess.run([BINARY, "explain", "-c", "config.lua", *arguments], cwd=folder, text=True, timeout=60,
                          capture_output=True, env=environment, check=False, **settings)


def make_old(folder):
    """Files that were changed long ago, which browsers keep."""
    for path in (folder / "www").rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))


def compare(text, expected):
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(text)
    assert text == expected.read_text()


@pytest.mark.parametrize("case", CASES)
def test_golden(case):
    folder = GOLDEN / "explain" / case
    arguments = (folder / "args").read_text().splitlines()
    make_old(folder)
    ended = explain(folder, *arguments)
    assert ended.stderr == "" and ended.returncode == 0
    compare(ended.stdout, folder / "expected.txt")
    assert max(map(len, ended.stdout.splitlines())) <= 80
    assert "\x1b" not in ended.stdout


def test_every_reason():
    folder = GOLDEN / "reasons"
    make_old(folder)
    text = ""
    for reason, line in REASONS.items():
        url = line.split()[-1]
        arguments = [*line.split()[:-1], url if "//" in url else f"https://shop.example{url}"]
        answer = json.loads(explain(folder, *arguments, "--json").stdout)
        assert reason in [entry["reason"] for entry in answer["entries"]], (reason, answer["entries"])
        ended = explain(folder, *arguments)
        assert ended.stderr == "" and ended.returncode == 0
        text += f"$ outrider explain {' '.join(arguments)}\n{ended.stdout}\n"
    compare(text, folder / "expected.txt")


def test_no_reason_is_forgotten():
    source = (pathlib.Path(__file__).resolve().parents[2] / "src/push/reason.cc").read_text()
    names = set(re.findall(r'\{Reason::\w+, "(\w+)"', source))
    assert names == REASONS.keys() | OF_A_SERVER and not REASONS.keys() & OF_A_SERVER


@pytest.mark.parametrize("case", [case for case in CASES if case not in ("no_route", "no_site", "a_failing_rule", "needs_the_response")])
def test_as_test(case, tmp_path):
    """What it prints as a test holds for the same rules, for every client."""
    folder = tmp_path / "site"
    shutil.copytree(GOLDEN / "explain" / case, folder)
    make_old(folder)
    ended = explain(folder, *(folder / "args").read_text().splitlines(), "--as-test")
    assert ended.returncode == 0 and ended.stdout.count("expect(") >= 1, ended.stderr
    (folder / "rules/shown.test.lua").write_text(ended.stdout)
    tested = subprocess.run([BINARY, "test", "-c", "config.lua"], cwd=folder, text=True, timeout=60, capture_output=True, check=False)
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_what_is_refused_is_no_test():
    ended = explain(GOLDEN / "explain/no_route", "--as-test", "http://shop.example/")
    assert ended.returncode == 1 and ended.stdout == ""
    assert "nothing to test: the request is answered 404" in ended.stderr
