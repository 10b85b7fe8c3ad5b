# SPDX-License-Identifier: MIT
"""Debian's QtWebEngine 6.4 (Chromium 102, the last generation that takes pushes), without a screen, in a home of its own."""
import contextlib
import pathlib
import socket
import subprocess

from devtools import DevTools, find_page

START_SECONDS = 60


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(home, program, *flags, **pipes):
    """(process, DevTools port) of a program that shows pages; it ends with the block."""
    port = free_port()
    options = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--remote-allow-origins=*", *(f'"{flag}"' for flag in flags))
    environment = {
        **home.environment, "QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1",
        "QTWEBENGINE_REMOTE_DEBUGGING": f"127.0.0.1:{port}", "QTWEBENGINE_CHROMIUM_FLAGS": " ".join(options)}
    with open(log_of(home), "wb") as output:
        browser = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", "/usr/bin/python3", "-B", program],
                                   **{"env": environment, "stdout": output, "stderr": output, **pipes})
    try:
        yield browser, port
    finally:
        browser.terminate()
        try:
            browser.wait(10)
        except subprocess.TimeoutExpired:
            browser.kill()
            browser.wait()


def log_of(home):
    return home.folder / "qtwebengine.log"


@contextlib.contextmanager
def qtwebengine(home, *flags):
    """A DevTools connection to an empty page; the browser ends with the block."""
    with running(home, pathlib.Path(__file__).with_name("qt_page.py"), *flags) as (_, port):
        try:
            tools = DevTools(find_page(port, START_SECONDS))
        except AssertionError as problem:
            said = log_of(home).read_text(errors="replace")
            raise AssertionError(f"{problem}; the browser said:\n{said}") from problem
        with contextlib.closing(tools):
            yield tools
