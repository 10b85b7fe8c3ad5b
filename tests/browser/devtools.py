# SPDX-License-Identifier: MIT
"""A small client of the DevTools protocol: commands and events as JSON over one WebSocket, as WebDriver BiDi has them too."""
import json
import socket
import time
import urllib.parse
import urllib.request

import wsproto
import wsproto.events as ws


def find_page(port, seconds, wanted=lambda target: True):
    """The WebSocket URL of the browser's first page of that kind, once there is one and its DevTools port answers."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=5) as answer:
                pages = [target for target in json.load(answer) if target["type"] == "page" and wanted(target)]
            if pages:
                return pages[0]["webSocketDebuggerUrl"]
        except (OSError, ValueError):
            pass
        if time.monotonic() > deadline:
            raise AssertionError(f"no page on the DevTools port {port} within {seconds} s")
        time.sleep(0.05)


class DevTools:
    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.sock = socket.create_connection((parts.hostname, parts.port), 10)
        self.socket = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
        self.events = []  # what the browser told by itself, in order
        self.answers = {}
        self.text = ""
        self.last = 0
        self.accepted = False
        self.send(ws.Request(host=parts.netloc, target=parts.path))
        self.read_until(lambda: self.accepted)

    def send(self, event):
        self.sock.sendall(self.socket.send(event))

    def read_some(self, seconds):
        self.sock.settimeout(seconds)
        try:
            data = self.sock.recv(1 << 20)
        except TimeoutError:
            return
        assert data, "the browser closed its DevTools connection"
        self.socket.receive_data(data)
        for event in self.socket.events():
            self.take(event)

    def take(self, event):
        if isinstance(event, ws.AcceptConnection):
            self.accepted = True
        elif isinstance(event, ws.Ping):
            self.send(event.response())
        elif isinstance(event, (ws.RejectConnection, ws.CloseConnection)):
            raise AssertionError(f"the browser refused the DevTools connection: {event}")
        elif isinstance(event, ws.TextMessage):
            self.text += event.data
            if event.message_finished:
                message, self.text = json.loads(self.text), ""
                if "id" in message:
                    self.answers[message["id"]] = message
                else:
                    self.events.append((message["method"], message["params"]))

    def read_until(self, condition, seconds=30):
        deadline = time.monotonic() + seconds
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"not within {seconds} s; events: {[name for name, _ in self.events]}")
            self.read_some(left)

    def call(self, method, **parameters):
        """One command; returns its result."""
        self.last += 1
        self.send(ws.TextMessage(json.dumps({"id": self.last, "method": method, "params": parameters})))
        self.read_until(lambda: self.last in self.answers)
        answer = self.answers.pop(self.last)
        assert "error" not in answer, f"{method}: {answer}"
        return answer["result"]

    def evaluate(self, script):
        """The script's value, or what its promise comes to."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"]["value"]

    def all(self, method):
        return [parameters for name, parameters in self.events if name == method]

    def close(self):
        self.sock.close()
