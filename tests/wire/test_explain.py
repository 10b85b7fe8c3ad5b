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

from h2client import Client

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
    "browser_chooses": "--client nghttp /chosen",
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
# Cases that are refused before any rule is asked, or in which a rule fails.
NO_TESTS = ("no_route", "no_site", "behind_a_proxy_by_http", "a_failing_rule", "returned_nothing", "selectors",
            "needs_the_response")
# And those that only a running server has, or only its experience: test_reasons.py has a request for each.
OF_A_SERVER = {"client_stream_limit", "version_unknown", "asset_varies", "needs_credentials", "page_redirects", "early_hints_already_sent",
               "connection_closing", "switched_off", "no_answer", "cache_digest"}


def explain(folder, *arguments, **settings):
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    return subprocess.run([BINARY, "explain", "-c", "config.lua", *arguments], cwd=folder, text=True, timeout=60,
                          capture_output=True, env=environment, check=False, **settings)


def old_copy(folder, tmp_path):
    """A copy of the folder, whose files were changed long ago, so that browsers keep them."""
    copy = shutil.copytree(folder, tmp_path / "site")
    for path in (copy / "www").rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return copy


def compare(text, expected):
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(text)
    assert text == expected.read_text()


@pytest.mark.parametrize("case", CASES)
def test_golden(case, tmp_path):
    folder = GOLDEN / "explain" / case
    arguments = (folder / "args").read_text().splitlines()
    ended = explain(old_copy(folder, tmp_path), *arguments)
    assert ended.stderr == "" and ended.returncode == 0
    compare(ended.stdout, folder / "expected.txt")
    assert max(map(len, ended.stdout.splitlines())) <= 80
    assert "\x1b" not in ended.stdout


def test_every_reason(tmp_path):
    folder = old_copy(GOLDEN / "reasons", tmp_path)
    text = ""
    for reason, line in REASONS.items():
        url = line.split()[-1]
        arguments = [*line.split()[:-1], url if "//" in url else f"https://shop.example{url}"]
        answer = json.loads(explain(folder, *arguments, "--json").stdout)
        assert reason in [entry["reason"] for entry in answer["entries"]], (reason, answer["entries"])
        ended = explain(folder, *arguments)
        assert ended.stderr == "" and ended.returncode == 0
        text += f"$ outrider explain {' '.join(arguments)}\n{ended.stdout}\n"
    compare(text, GOLDEN / "reasons/expected.txt")


def test_no_reason_is_forgotten():
    source = (pathlib.Path(__file__).resolve().parents[2] / "src/push/reason.cc").read_text()
    names = set(re.findall(r'\{Reason::\w+, "(\w+)"', source))
    assert names == REASONS.keys() | OF_A_SERVER and not REASONS.keys() & OF_A_SERVER


@pytest.mark.parametrize("case", [case for case in CASES if case not in NO_TESTS])
def test_as_test(case, tmp_path):
    """What it prints as a test holds for the same rules, for every client."""
    folder = old_copy(GOLDEN / "explain" / case, tmp_path)
    ended = explain(folder, *(folder / "args").read_text().splitlines(), "--as-test")
    assert ended.returncode == 0 and ended.stdout.count("expect(") >= 1, ended.stderr
    (folder / "rules/shown.test.lua").write_text(ended.stdout)
    tested = subprocess.run([BINARY, "test", "-c", "config.lua"], cwd=folder, text=True, timeout=60, capture_output=True, check=False)
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_what_is_refused_is_no_test():
    ended = explain(GOLDEN / "explain/no_route", "--as-test", "http://shop.example/")
    assert ended.returncode == 1 and ended.stdout == ""
    assert "nothing to test: the request is answered 404" in ended.stderr


FILE_SITE = """return { listen = { { address = "127.0.0.1:0" } }, admin = { address = "unix:%TMP%/admin.sock" }, sites = { ["*"] = { rules = "rules/*.lua", routes = {
  ["/"] = { files = "www", max_age = 60, deny = { "/secret/index.html" } },
  ["/app/"] = { files = "app", fallback = "/index.html", precompressed = false } } } } }"""


def test_the_head_that_is_foretold_is_the_server_s(serve):
    """What a rule of the response phase would see."""
    rules = 'rule { name = "all", path = "/**", phase = "response", hints = { style "/a.css" } }'
    server = serve(FILE_SITE, files={"rules/r.lua": rules, "www/page.html": "page", "www/docs/a.txt": "a", "app/index.html": "app",
                                     "www/secret/index.html": "secret"}, supervisor=False)
    folder = server.folder
    with Client(server.address()) as client:
        etag = client.get("/page.html").header("etag")
        conditional = [("if-none-match", etag)]
        for path, fields in (("/page.html", []), ("/page.html", conditional), ("/app/any/page", []), ("/docs", []), ("/none", []),
                             ("/secret/", [])):
            answer = client.get(path, headers=fields)
            arguments = [argument for name, value in fields for argument in ("-H", f"{name}: {value}")]
            ended = explain(folder, "--client", "nghttp", "--as-test", *arguments, f"http://localhost{path}")
            assert ended.returncode == 0, ended.stderr
            status, told = re.search(r"response = \{ status = (\d+), headers = (\{.*\}) \},", ended.stdout).groups()
            assert int(status) == answer.status, path
            if answer.status in (200, 304):
                told = dict(re.findall(r'\["([a-z-]+)"\] = "((?:[^"\\]|\\.)*)"', told))
                told = {name: value.replace('\\"', '"') for name, value in told.items()}
                assert told == {name: value for name, value in answer.headers
                                if name not in (":status", "server", "date", "content-length", "link")}, path


def test_it_asks_as_who_the_fields_say():
    folder = GOLDEN / "explain/one_client"
    assert "\nthis request (HTTP/2) gets\n" in explain(folder, "-H", "User-Agent: mine/1", "/").stdout
    assert "\nchromium (HTTP/2) gets\n" in explain(folder, "-H", "X-App: 1", "/").stdout


def test_a_path_without_its_slash():
    code = explain(GOLDEN / "explain/own_cookie", "product/7")
    assert (code.returncode, code.stderr) == (1, "outrider explain: no site is named \"product\"; did you mean the path /product/7?\n")


@pytest.mark.skipif(os.path.exists("/etc/outrider/config.lua"), reason="outrider is installed here")
def test_a_configuration_is_looked_for_nearby():
    ended = subprocess.run([BINARY, "explain", "/"], cwd=GOLDEN / "explain/own_cookie", capture_output=True, text=True, timeout=60,
                           check=False)
    assert ended.returncode == 1 and "/etc/outrider/config.lua: does not exist; did you mean -c config.lua?" in ended.stderr


def test_numbers_are_refused_in_few_words():
    ended = explain(GOLDEN / "explain/one_client", "--rtt", "0", "/")
    assert ended.returncode != 0 and "expected a number from 1 to 3600000, found \"0\"" in ended.stderr


def test_credentials_stay_out_of_tests():
    folder = GOLDEN / "explain/one_client"
    ended = explain(folder, "-H", "Authorization: Bearer secret", "-b", "session=1", "--as-test", "/")
    assert "secret" not in ended.stdout and "Bearer made-up" in ended.stdout and "session=1" in ended.stdout
    assert "secret" not in explain(folder, "-H", "Authorization: secret", "--as-test", "/").stdout
    assert "-- The value of authorization is made up.\n-- Its cookies are those that were given.\n" in ended.stdout


def test_the_fields_that_a_client_gets():
    ended = explain(GOLDEN / "explain/one_client", "--client", "chromium", "--verbose", "/")
    assert "  103 Link: </static/app.css>; rel=preload; as=style\n" in ended.stdout
    assert "  Link: </static/app.css>; rel=preload; as=style\n" in ended.stdout


def test_an_asset_s_status_is_told():
    answer = json.loads(explain(GOLDEN / "explain/missing_asset", "--json", "/").stdout)
    assert {"status": 404, "file": "www/app.js"} in [entry.get("asset") for entry in answer["entries"]], answer["entries"]


def test_a_share_goes_by_the_key_of_the_server(tmp_path):
    folder = tmp_path / "site"
    shutil.copytree(GOLDEN / "explain/share", folder)
    config = (folder / "config.lua").read_text().replace("  listen =", '  bucket_key = "bucket.key",\n  listen =')
    (folder / "config.lua").write_text(config)
    assert "bucket.key cannot be read" in json.loads(explain(folder, "--json", "/").stdout)["assumptions"][-1]

    def place(key):
        (folder / "bucket.key").write_text(key)
        (folder / "bucket.key").chmod(0o600)
        answer = json.loads(explain(folder, "--json", "/").stdout)
        assert not any("share" in sentence for sentence in answer["assumptions"])
        return answer["considered"][0]["condition"]
    one = place("01" * 16)
    assert one == place("01" * 16) != place("02" * 16)
    assert "-- Assumed: with the key of tests: share" in explain(folder, "--as-test", "/").stdout
