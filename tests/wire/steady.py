# SPDX-License-Identifier: MIT
"""Constant load from clients that behave: they hold their HTTP/2 connection as long as the server lets them, finish what is
in flight after a GOAWAY and connect again. Whatever goes wrong is counted."""
import threading
import time

from h2client import Client


class Steady:
    """`with Steady(server.address(), "/") as load: …; load.stop()`, then look at its numbers."""

    def __init__(self, address, path="/", clients=3, pause=0.0, check=None, **options):
        self.address, self.path, self.pause, self.options = address, path, pause, options
        self.check = check or (lambda response: response.status == 200)
        self.requests = self.connections = self.goaways = 0
        self.failures = []
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(clients)]

    def run(self):
        while not self.stopping.is_set():
            try:
                self.one_connection()
            except Exception as error:  # noqa: BLE001
                with self.lock:
                    self.failures.append(repr(error)[:500])
                if len(self.failures) > 20:
                    return

    def one_connection(self):
        with Client(self.address, **self.options) as client:
            with self.lock:
                self.connections += 1
            while not self.stopping.is_set() and client.goaway is None:
                response = client.get(self.path, seconds=30)
                with self.lock:
                    self.requests += 1
                    if not self.check(response):
                        self.failures.append(f"{response.status} {response.headers} reset {response.reset}")
                client.events.clear()
                client.responses.clear()
                if self.pause:
                    client.read_for(self.pause)
            with self.lock:
                self.goaways += client.goaway is not None

    def wait_for(self, requests, seconds=30):
        """Until so many more requests have been answered."""
        wanted = self.requests + requests
        deadline = time.monotonic() + seconds
        while self.requests < wanted:
            assert time.monotonic() < deadline and not self.failures, self.failures
            time.sleep(0.01)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(40)

    def __exit__(self, *_):
        self.stop()
