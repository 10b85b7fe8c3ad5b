# SPDX-License-Identifier: MIT
"""Two browsers, one process each for all loads. A profile is what one visitor has: a cache and connections of its own,
on which nothing else of the run has left anything; a visit is a fresh page within a profile.
"""
import contextlib
import itertools
import json
import subprocess
import urllib.request

import chromium
import page
import qtwebengine
from devtools import DevTools, find_page
from link import SERVER

HOSTS = f"--host-resolver-rules=MAP *.pageload.test {SERVER}"
START_SECONDS = 60
LOAD_SECONDS = 60

# Waits until the image is painted: its entry comes with a frame after the load event. All times are in ms since the
# navigation began.
TIMES_SCRIPT = """(async () => {
  const pause = ms => new Promise(done => setTimeout(done, ms));
  const entries = type => new Promise(done => {
    const observer = new PerformanceObserver(list => { observer.disconnect(); done(list.getEntries()); });
    observer.observe({type, buffered: true});
    setTimeout(() => { observer.disconnect(); done([]); }, 1000);
  });
  let largest;
  for (let tries = 0; tries < 500; ++tries, await pause(20)) {
    largest = (await entries("largest-contentful-paint")).pop();
    if (document.readyState == "complete" && largest && largest.id == "hero") break;
  }
  const navigation = performance.getEntriesByType("navigation")[0];
  const assets = performance.getEntriesByType("resource");
  return {
    whole: %s, visible: document.visibilityState == "visible", largest: largest ? largest.id : null,
    fcp_ms: (await entries("paint")).find(entry => entry.name == "first-contentful-paint").startTime,
    lcp_ms: largest ? largest.startTime : null, load_ms: navigation.loadEventStart,
    request_ms: navigation.requestStart, first_byte_ms: navigation.responseStart,
    response_ms: navigation.finalResponseHeadersStart || navigation.responseStart,  // without a 103
    early: assets.filter(entry => entry.initiatorType == "early-hints").length,
    protocol: navigation.nextHopProtocol,
  };
})()""" % page.WHOLE_SCRIPT


class BadLoad(Exception):
    """A load that must not be counted, and why."""


def load(tools, url):
    """What the page tells of its own load, or BadLoad."""
    try:
        tools.call("Page.enable")
        # What a new page does at first is no part of a visit.
        tools.evaluate("new Promise(done => requestIdleCallback(done, {timeout: 1000}))")
        answer = tools.call("Page.navigate", url=url)
        if "errorText" in answer:
            raise BadLoad(f"{url}: {answer['errorText']}")
        tools.read_until(lambda: tools.all("Page.loadEventFired"), LOAD_SECONDS)
        times = tools.evaluate(TIMES_SCRIPT)
    except (AssertionError, OSError) as problem:
        raise BadLoad(f"{url}: {problem}") from problem
    wanted = {"whole": True, "visible": True, "largest": "hero", "protocol": "h2"}
    wrong = {name: times.pop(name) for name, value in list(wanted.items()) if times[name] != value}
    if wrong:
        raise BadLoad(f"{url}: {wrong}; {times}")
    return {name: value for name, value in times.items() if name not in wanted}


# While a page or profile is put away: a browser that has ended (perhaps by the interrupt that ends us) is no second
# problem; the next load would tell.
gone = contextlib.suppress(AssertionError, OSError)


class Chromium:
    """Debian's. A profile is a browser context, as a private window has it."""
    key, way = "chromium", "103"

    def __init__(self, stack, home):
        driver = stack.enter_context(chromium.chromium(home, HOSTS))
        self.name = f"Chromium {driver.capabilities['browserVersion']}"
        self.address = driver.capabilities["goog:chromeOptions"]["debuggerAddress"]
        with urllib.request.urlopen(f"http://{self.address}/json/version", timeout=START_SECONDS) as answer:
            self.tools = stack.enter_context(contextlib.closing(DevTools(json.load(answer)["webSocketDebuggerUrl"])))

    def new_profile(self):
        return self.tools.call("Target.createBrowserContext")["browserContextId"]

    def forget(self, profile):
        with gone:
            self.tools.call("Target.disposeBrowserContext", browserContextId=profile)

    @contextlib.contextmanager
    def page(self, profile):
        target = self.tools.call("Target.createTarget", url="about:blank", browserContextId=profile, newWindow=True,
                                 width=800, height=600)["targetId"]
        try:
            with contextlib.closing(DevTools(f"ws://{self.address}/devtools/page/{target}")) as tools:
                yield tools
        finally:
            with gone:
                self.tools.call("Target.closeTarget", targetId=target)


class QtWebEngine:
    """Debian's. A profile is one that keeps nothing on disk."""
    key, way = "qt", "push"

    def __init__(self, stack, home):
        program = page.HERE / "qt_profiles.py"
        self.process, self.port = stack.enter_context(qtwebengine.running(
            home, program, HOSTS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        self.log = qtwebengine.log_of(home)
        self.numbers = itertools.count(1)
        profile = self.new_profile()
        with self.page(profile) as tools:
            self.name = "QtWebEngine " + tools.evaluate("navigator.userAgent.match(/QtWebEngine.([0-9.]+)/)[1]")
        self.forget(profile)

    def order(self, *words):
        with contextlib.suppress(BrokenPipeError):
            print(*words, file=self.process.stdin, flush=True)
        if self.process.stdout.readline().split() != list(words):
            raise AssertionError(f"QtWebEngine ended; it said:\n{self.log.read_text(errors='replace')}")

    def new_profile(self):
        return f"profile{next(self.numbers)}"  # made with its first page

    def forget(self, profile):
        with gone:
            self.order("forget", profile)

    @contextlib.contextmanager
    def page(self, profile):
        name = f"page{next(self.numbers)}"
        self.order("open", name, profile)
        try:
            url = find_page(self.port, START_SECONDS, lambda target: target["url"].endswith("#" + name))
            with contextlib.closing(DevTools(url)) as tools:
                yield tools
        finally:
            with gone:
                self.order("close", name)


BROWSERS = {browser.key: browser for browser in (Chromium, QtWebEngine)}
