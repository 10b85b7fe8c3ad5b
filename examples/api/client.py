#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""An API client that takes pushes, with python3-h2 alone. Run: client.py [--no-push]"""
import json
import os
import pathlib
import socket
import ssl
import sys

import h2.config
import h2.connection
import h2.events
import h2.settings

PORT = int(os.environ.get("OUTRIDER_PORT", 8446))
CERTIFICATE = pathlib.Path(__file__).resolve().parent / ".outrider/localhost.pem"


class Session:
    def __init__(self, takes_pushes):
        context = ssl.create_default_context(cafile=CERTIFICATE)
        context.set_alpn_protocols(["h2"])
        self.socket = context.wrap_socket(socket.create_connection(("127.0.0.1", PORT)), server_hostname="localhost")
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.h2.local_settings = h2.settings.Settings(
            client=True, initial_values={h2.settings.SettingCodes.ENABLE_PUSH: int(takes_pushes)})
        self.h2.initiate_connection()
        self.bodies = {}    # by stream
        self.ended = set()  # streams
        self.pushed = {}    # streams by path: what came or is coming without having been asked for

    def get(self, path):
        how, body = "pushed", self.body_of(self.pushed.pop(path, None))
        if body is None:
            how, body = "asked", self.body_of(self.ask(path))
        if body is None:
            sys.exit(f"{path}: the server reset the stream")
        print(how.ljust(6), path, body.decode())
        return json.loads(body)

    def body_of(self, stream):
        """Nothing where there is no stream, or one that came to nothing."""
        if stream is None:
            return None
        while stream not in self.ended:
            self.read()
        return self.bodies[stream]

    def ask(self, path):
        stream = self.h2.get_next_available_stream_id()
        self.bodies[stream] = b""
        self.h2.send_headers(stream, [
            (":method", "GET"), (":scheme", "https"), (":authority", f"localhost:{PORT}"), (":path", path),
            ("authorization", "Bearer coach-and-horses"), ("accept", "application/json")], end_stream=True)
        return stream

    def read(self):
        self.socket.sendall(self.h2.data_to_send())
        data = self.socket.recv(65536)
        if not data:
            sys.exit("the server closed the connection")
        for event in self.h2.receive_data(data):
            if isinstance(event, h2.events.PushedStreamReceived):
                self.bodies[event.pushed_stream_id] = b""
                self.pushed[dict(event.headers)[":path"]] = event.pushed_stream_id
            elif isinstance(event, h2.events.DataReceived):
                self.bodies[event.stream_id] += event.data
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, h2.events.StreamEnded):
                self.ended.add(event.stream_id)
            elif isinstance(event, h2.events.StreamReset):
                self.bodies[event.stream_id] = None
                self.ended.add(event.stream_id)

    def close(self):
        self.h2.close_connection()
        self.socket.sendall(self.h2.data_to_send())
        self.socket.close()


session = Session(takes_pushes="--no-push" not in sys.argv)
for path in session.get("/api/dashboard")["needs"]:
    session.get(path)
order = session.get("/api/orders/7")
session.get(order["lines"])
session.close()
