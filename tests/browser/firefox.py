# SPDX-License-Identifier: MIT
"""Debian's Firefox ESR, headless, in a profile of its own, driven by WebDriver BiDi."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from devtools import DevTools
from outrider import wait_until

START_SECONDS = 60

PREFERENCES = {
    # Every name is this machine: the site needs no name server, and what the browser would tell its makers goes nowhere.
    "network.dns.forceResolve": "127.0.0.1",
    "network.trr.mode": 5,  # no names over HTTPS
    "network.proxy.type": 0,
    "datareporting.policy.dataSubmissionEnabled": False,  # its notice would open a page of its own
    "extensions.installDistroAddons": False,
}


class BiDi(DevTools):
    """A session with the browser's one page."""

    def __init__(self, port):
        super().__init__(f"ws://127.0.0.1:{port}/session")
        self.call("session.new", capabilities={})
        self.page = self.call("browsingContext.getTree")["contexts"][0]["context"]

    def go_to(self, url):
        """Returns when the page and all that it names have been loaded."""
        self.call("browsingContext.navigate", context=self.page, url=url, wait="complete")

    def evaluate(self, script):
        """The script's value, or what its promise comes to: whatever JSON can carry."""
        answer = self.call("script.evaluate", expression=f"Promise.resolve({script}).then(JSON.stringify)",
                           target={"context": self.page}, awaitPromise=True)
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])


def make_profile(home):
    """An empty profile that trusts our authority, as the home does."""
    profile = pathlib.Path(tempfile.mkdtemp(prefix="firefox", dir=home.folder))
    for name in ("cert9.db", "key4.db"):
        shutil.copy(home.folder / ".pki" / "nssdb" / name, profile)
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("".join(lines))
    return profile


@contextlib.contextmanager
def firefox(home):
    """A session on an empty page; the browser ends with the block."""
    profile = make_profile(home)
    log, told = profile / "output.log", profile / "WebDriverBiDiServer.json"
    with open(log, "wb") as output:
        browser = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "/usr/bin/firefox-esr", "--headless", "--profile", profile,
             "--remote-debugging-port", "0", "about:blank"],
            env={**home.environment, "MOZ_CRASHREPORTER_DISABLE": "1"}, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True)

    def port():
        assert browser.poll() is None, f"Firefox ended with {browser.returncode}; it said:\n{log.read_text(errors='replace')}"
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
            return json.loads(told.read_text())["ws_port"]

    try:
        found = wait_until(lambda: f"a port of Firefox; it said:\n{log.read_text(errors='replace')}", port, START_SECONDS)
        with contextlib.closing(BiDi(found)) as session:
            yield session
    finally:
        # At once, because nothing of the profile is to be kept; with its children, which are of its process group.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(browser.pid, signal.SIGKILL)
        browser.wait()
        shutil.rmtree(profile)
