# SPDX-License-Identifier: MIT
"""The table of reasons is a promise to who reads logs and metrics: for each one there is a request here whose line in the access
log has it."""
import json
import os
import pathlib
import re
import threading

import outrider
from h2client import Client
from h2raw import frame
from test_cache_digest import digest
from test_early_hints import CHROMIUM, SAFARI, http1

TABLE = pathlib.Path(__file__).parents[2] / "src/push/reason.cc"
CONFIG = """
return {
  workers = 1,
  limits = { pushes_per_connection = 2 },
  listen = {
    { address = "127.0.0.1:0" },
    { address = "127.0.0.1:0", tls = { certificate = "t/localhost.pem", key = "t/localhost.key" } },
    { address = "127.0.0.1:0", behind = { trusted = { "127.0.0.1" } } },
  },
  clients = "clients.lua",
  sites = {
    ["*"] = { rules = "rules/*.lua", routes = {
      ["/"] = { files = "www" }, ["/app/"] = { proxy = "%URL%" }, ["/moved/"] = { redirect = { to = "/", status = 308 } },
      ["/fresh/"] = { files = "www", headers = { ["cache-control"] = "no-store" } },
      ["/vary/"] = { files = "www", headers = { vary = "x-tenant" } },
      ["/private/"] = { files = "www", headers = { ["set-cookie"] = "session=1" } },
    } },
    ["unpushed.test"] = { push = false, rules = "rules/*.lua", routes = { ["/"] = { files = "www" } } },
    ["late.test"] = { early_hints = "off", rules = "rules/*.lua", routes = { ["/"] = { proxy = "%URL%" } } },
  },
  log = { access = { to = "stdout", format = "json" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
# A page each, of one hint or several; the pages below /app are the application's, the others are files.
HINTS = {
    "page": 'style "/a.css"', "off": 'style "/a.css"', "many": 'style "/a.css", style "/b.css", style "/c.css"', "a.css": 'style "/a.css"',
    "away": 'style "https://cdn.example/a.css"', "connect": 'preconnect "https://cdn.example"', "unpushed": 'style("/a.css", { nopush = true })',
    "none": 'style "/none.css"', "loop": 'style "/loop.css"', "moving": 'style "/moved/a.css"', "varying": 'style "/vary/a.css"',
    "private": 'style "/private/a.css"', "text": 'style "/notes.txt"', "unknown": 'style "/app/new.css"',
    "app/chosen": 'style("/a.css", { media = "print" })',
    "app/fresh": 'style "/fresh/a.css"', "app/page": 'style "/a.css"', "app/gone": 'style "/a.css"', "app/with103": 'style "/a.css"',
}
RULES = "".join(f'rule {{ name = "{page}", path = "/{page}", method = {{ "GET", "HEAD" }}, hints = {{ {hints} }} }}\n'
                for page, hints in HINTS.items()) + """
rule { name = "link", path = "/link", deliver = "link", hints = { style "/a.css" } }
rule { name = "push", path = "/push", deliver = "push", hints = { style "/a.css" } }
rule { name = "small", path = "/small", budget_bytes = 1, hints = { style "/a.css" } }
rule { name = "late", path = { "/app/late", "/app/held" }, phase = "response", hints = { style "/a.css" } }
rule { name = "own", path = "/own", when = { cookie = "session" }, hints = { style "/a.css" } }
rule { name = "shadow", path = "/shadow", shadow = true, hints = { style "/a.css" } }
"""
CLIENTS = """return {
  deny = { "*EvilReader*" },
  { family = "firefox", to = 119, push = false, early_hints = {}, source = "made up" },
  { family = "safari", push = true, early_hints = { "preconnect" }, source = "made up" },
  { family = "chromium", push = true, early_hints = { "preload" }, source = "made up" },
  { family = "other", push = true, early_hints = { "preload" }, source = "made up" },
}"""
PAGES = [page for page in HINTS if not page.startswith("app/") and "." not in page] + ["link", "push", "small", "own", "shadow"]
FILES = {**{f"www/{page}": "page" for page in PAGES}, **{f"www/{name}": name for name in ("a.css", "b.css", "c.css", "notes.txt")},
         "rules/r.lua": RULES,
         "clients.lua": CLIENTS}
OLD_FIREFOX = [("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:100.0) Gecko/20100101 Firefox/100.0")]


def deliveries(answer):
    """Of an explanation, as the access log has them."""
    return [{name: entry.get(name) for name in ("url", "rule", "how", "reason")} for entry in answer["entries"]]


class Site:
    """A server, and the application behind it, whose page /app/held waits for `answers`."""

    def __init__(self, serve, application, folder):
        self.answers = threading.Event()
        self.foreseen = {}
        outrider.certificate(folder / "t", "localhost")
        self.server = serve(CONFIG.replace("%URL%", application(self.answer).url), files=FILES)
        (folder / "www/loop.css").symlink_to("loop.css")
        # Of what was changed just now browsers keep nothing.
        for file in folder.glob("www/*.css"):
            os.utime(file, (0, 0), follow_symlinks=False)

    def answer(self, request, connection):
        if request.target == "/app/with103":
            connection.send("HTTP/1.1 103 Early Hints\r\nLink: </b.css>; rel=preload; as=style\r\n\r\n")
        if request.target == "/app/held":
            self.answers.wait(60)
        if request.target == "/app/gone":
            connection.reply(302, headers=[("Location", "/page")], reason="Found")
        else:
            connection.reply(200, "page", headers=[("Content-Type", "text/html")])

    def connect(self, listener=0, **options):
        return Client(self.server.address(listener), tls=listener == 1, **options)

    def foresee(self, target, headers, method, listener=0, push=True, max_streams=None, server_name="localhost"):
        """What a live explanation says of a request just before it comes."""
        scheme = "https" if listener == 1 else "http"
        question = {"url": f"{scheme}://{server_name}{target}", "method": method,
                    "client": "node" if push else "curl", "headers": [f"{name}: {value}" for name, value in headers]}
        status, answer = self.server.ask("POST", "/v1/explain", json.dumps(question))
        assert status == 200, answer
        return deliveries(answer)

    def get(self, target, headers=(), method="GET", **options):
        self.foreseen[target] = self.foresee(target, headers, method, **options)
        with self.connect(**options) as client:
            return client.get(target, headers=headers, method=method)


def one(target, headers=(), method="GET", **options):
    """A scenario of one request: what it asks for, and what connection it comes on."""
    def run(site):
        site.get(target, headers, method, **options)
        return target
    return run


def browser(target, headers=CHROMIUM, **options):
    """A browser that takes no pushes opens a page."""
    return one(target, headers, push=False, **options)


def again(*scenarios):
    """One after the other; the last one counts."""
    def run(site):
        return [scenario(site) for scenario in scenarios][-1]
    return run


def twice_on_one_connection(site):
    with site.connect() as client:
        for target in ("/page?first", "/page?second"):
            client.get(target)
    return "/page?second"


def with_cookie(target):
    def run(site):
        cookie = site.get("/page?for-cookie", listener=1).header("set-cookie").partition(";")[0]
        site.get(target, [("cookie", cookie)], listener=1)
        return target
    return run


def unchanged(site):
    tag = site.get("/page?tag", push=False).header("etag")
    assert site.get("/page?unchanged", [("if-none-match", tag)]).status == 304
    return "/page?unchanged"


def over_http1(site):
    http1(site.server.address(), "/page?old")
    return "/page?old"


def client_goes(site):
    with site.connect() as client:
        stream = client.send("/app/held")
        goaway = 7
        client.sock.sendall(frame(goaway, 0, 0, bytes(8)))
        # What the server read behind the GOAWAY it read after it.
        client.h2.ping(b"12345678")
        client.flush()
        client.read_until(lambda: any(name == "PingAckReceived" for name, _ in client.events))
        site.answers.set()
        client.read_until(lambda: client.finished(stream))
    return "/app/held"


def operator_switches_off(site):
    assert site.server.command("off", "--rule", "off")[0] == 0
    return one("/off")(site)


SCENARIOS = {
    "sent": one("/page"),
    "client_disabled_push": one("/push", push=False),
    "client_stream_limit": one("/many?streams", max_streams=1),
    "push_limit": one("/many"),
    "already_sent": twice_on_one_connection,
    "in_cookie": with_cookie("/page?cookie"),
    "version_unknown": with_cookie("/unknown"),
    "over_budget": one("/small"),
    "own_url": one("/a.css"),
    "not_navigation": one("/app/page?fetch", push=False),
    "prefetch": one("/page?prefetch", [("sec-purpose", "prefetch")]),
    "bot": one("/page?bot", [("user-agent", "Googlebot/2.1")]),
    "cross_origin": one("/away"),
    "not_an_asset": one("/connect"),
    "nopush": one("/unpushed"),
    "rule_says_otherwise": one("/link"),
    "push_off": one("/page?unpushed", server_name="unpushed.test"),
    "push_unsupported": one("/page?old", OLD_FIREFOX),
    "asset_failed": one("/none"),
    "asset_redirects": one("/moving"),
    "asset_varies": again(one("/varying"), one("/varying?again")),
    "needs_credentials": again(one("/private"), one("/private?again")),
    "wrong_type": again(one("/text"), one("/text?again")),
    "browser_chooses": browser("/app/chosen"),
    "not_cacheable": again(one("/app/fresh?learnt"), browser("/app/fresh")),
    "save_data": one("/page?saving", [("save-data", "on")]),
    "client_denied": one("/page?denied", [("user-agent", "EvilReader/1.0")]),
    "client_opted_out": one("/page?out", [("no-early-hints", "?1")]),
    "early_hints_off": browser("/app/page?off", server_name="late.test"),
    "page_redirects": again(*3 * [browser("/app/gone")]),
    "answer_ready": browser("/page?ready"),
    "behind_proxy": one("/page?behind", listener=2),
    "early_hints_unsupported": browser("/app/page?safari", SAFARI),
    "early_hints_already_sent": browser("/app/with103"),
    "early_hints_too_late": browser("/app/late"),
    "not_http2": over_http1,
    "not_for_this_method": one("/page?head", method="HEAD"),
    "conditional_request": unchanged,
    "connection_closing": client_goes,
    "switched_off": operator_switches_off,
    "no_answer": one("/loop"),
    "cache_digest": one("/page?digest", [("cache-digest", digest("http://localhost/a.css"))]),
    "shared_cache": one("/own", [("cookie", "session=1")], push=False),
    "shadow": one("/shadow"),
}

# What a live explanation cannot know beforehand of the requests that come by Site.get.
UNFORESEEN = {
    "/many?streams": "what the connection's settings say",
    "/page?digest": "Cache-Digest is the library's to read",
    "/page?behind": "which listener is meant: none here has a port in the configuration",
    "/loop": "that no answer comes when the asset is asked for",
    "/app/with103": "what the application will answer",
    "/app/late": "what the application will answer",
}


def test_each_reason_has_a_request_that_produces_it(serve, application, tmp_path):
    assert list(SCENARIOS) == re.findall(r'^ +\{Reason::\w+, "(\w+)"', TABLE.read_text(), re.M)
    site = Site(serve, application, tmp_path)
    targets = {reason: scenario(site) for reason, scenario in SCENARIOS.items()}
    for reason, target in targets.items():
        # Several requests may have the same target: one of their lines has the reason.
        site.server.wait_for_access(
            lambda line: line["target"] == target and reason in {delivery["reason"] for delivery in line["deliveries"]})
        assert_remembered(site.server, target, reason)


    for target, foreseen in site.foreseen.items():
        if target not in UNFORESEEN:
            assert foreseen in [line["deliveries"] for line in site.server.access_log() if line["target"] == target], target


def assert_remembered(server, target, reason):
    """What `explain --request` says of a request is what the access log says of it."""
    line = next(line for line in server.access_log()
                if line["target"] == target and reason in {delivery["reason"] for delivery in line["deliveries"]})
    status, answer = server.ask("POST", "/v1/request", json.dumps({"id": line["id"]}))
    assert status == 200, answer
    assert deliveries(answer) == line["deliveries"]
