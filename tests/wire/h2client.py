# SPDX-License-Identifier: MIT
"""A small HTTP/2 client for tests over python3-h2: it keeps every event in the order in which the server sent it."""
import socket
import ssl
import time

import h2.config
import h2.connection
import h2.events
import h2.settings

SLICE = 0.05  # seconds that one read may wait


class Response:
    def __init__(self, stream_id):
        self.stream_id = stream_id
        self.informational = []  # header lists of 1xx
        self.headers = None
        self.body = b""
        self.ended = False
        self.reset = None  # error code
        self.pushes = {}  # promised stream id -> request headers

    @property
    def status(self):
        return int(dict(self.headers)[":status"]) if self.headers else None

    def header(self, name):
        return next((value for key, value in self.headers if key == name), None)

    def all(self, name):
        return [value for key, value in self.headers if key == name]


class Connection(h2.connection.H2Connection):
    """Goes on reading after a GOAWAY: streams that it names as taken end as ever (RFC 9113 6.8)."""

    def _receive_goaway_frame(self, frame):
        result = super()._receive_goaway_frame(frame)
        self.state_machine.state = h2.connection.ConnectionState.CLIENT_OPEN
        return result


def connected(address, source=None, segment=None):
    raw = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
    if segment:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, segment)
    if source:
        raw.bind((source, 0))
    raw.settimeout(10)
    raw.connect(address)
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return raw


class Client:
    """`push=None` leaves the protocol's default (push accepted), False sends ENABLE_PUSH=0. `source`: the client's own address.
    `segment`: the largest TCP segment that the server may send, which keeps its congestion window small."""

    def __init__(self, address, tls=False, server_name=None, push=None, max_streams=None, window=None, before=b"",
                 cafile=None, source=None, segment=None):
        if isinstance(address, str):
            raw = socket.socket(socket.AF_UNIX)
            raw.connect(address)
        else:
            raw = connected(address, source, segment)
        if before:
            raw.sendall(before)
        if tls:
            context = ssl.create_default_context(cafile=cafile)
            if not cafile:
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
            context.set_alpn_protocols(["h2"])
            raw = context.wrap_socket(raw, server_hostname=server_name or "localhost")
            assert raw.selected_alpn_protocol() == "h2"
        self.sock = raw
        self.h2 = Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
        settings = {}
        if push is False:
            settings[h2.settings.SettingCodes.ENABLE_PUSH] = 0
        if max_streams is not None:
            settings[h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS] = max_streams
        if window is not None:
            settings[h2.settings.SettingCodes.INITIAL_WINDOW_SIZE] = window
        self.auto_window = window is None
        for code, value in settings.items():
            self.h2.local_settings[code] = value
        self.h2.local_settings.acknowledge()
        self.h2.initiate_connection()
        self.flush()
        self.events = []  # (name, event) in order
        self.responses = {}
        self.goaway = None
        self.closed = False
        self.authority = server_name or "localhost"
        self.scheme = "https" if tls else "http"

    def flush(self):
        data = self.h2.data_to_send()
        if data:
            self.sock.sendall(data)

    def send(self, path, method="GET", headers=(), body=None, end=True):
        stream = self.h2.get_next_available_stream_id()
        self.responses[stream] = Response(stream)
        self.h2.send_headers(
            stream, [(":method", method), (":scheme", self.scheme), (":authority", self.authority), (":path", path), *headers],
            end_stream=end and body is None)
        if body is not None:
            self.send_body(stream, body, end)
        self.flush()
        return stream

    def send_body(self, stream, body, end=True):
        while body:
            room = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size, len(body))
            if room == 0:
                self.flush()
                self.read_some()
                continue
            self.h2.send_data(stream, body[:room])
            body = body[room:]
        if end:
            self.h2.end_stream(stream)

    def read_some(self, wait=SLICE):
        """Reads what is there; returns False once the server closed."""
        self.sock.settimeout(wait)
        try:
            data = self.sock.recv(65536)
        except (TimeoutError, ssl.SSLWantReadError):
            return True
        except OSError:
            data = b""
        if not data:
            self.closed = True
            return False
        for event in self.h2.receive_data(data):
            self.take(event)
        self.flush()
        return True

    def take(self, event):
        self.events.append((type(event).__name__, event))
        stream = getattr(event, "stream_id", None)
        response = self.responses.get(stream)
        if isinstance(event, h2.events.PushedStreamReceived):
            pushed = self.responses[event.pushed_stream_id] = Response(event.pushed_stream_id)
            pushed.request = event.headers
            self.responses[event.parent_stream_id].pushes[event.pushed_stream_id] = event.headers
        elif isinstance(event, h2.events.InformationalResponseReceived):
            response.informational.append(event.headers)
        elif isinstance(event, h2.events.ResponseReceived):
            response.headers = event.headers
        elif isinstance(event, h2.events.DataReceived):
            response.body += event.data
            if self.auto_window and event.flow_controlled_length:
                self.h2.acknowledge_received_data(event.flow_controlled_length, stream)
        elif isinstance(event, h2.events.StreamEnded):
            response.ended = True
        elif isinstance(event, h2.events.StreamReset):
            if response is not None:
                response.reset = event.error_code
        elif isinstance(event, h2.events.ConnectionTerminated):
            self.goaway = event

    def read_until(self, condition, seconds=10):
        deadline = time.monotonic() + seconds
        while not condition():
            if not self.read_some() and not condition():
                raise AssertionError(f"the server closed the connection; events: {self.names()}")
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {seconds} s; events: {self.names()}")

    def finished(self, stream):
        response = self.responses[stream]
        return response.ended or response.reset is not None

    def get(self, path, seconds=10, **options):
        """One request with everything that was pushed with it, read to the end."""
        stream = self.send(path, **options)
        self.read_until(lambda: self.finished(stream) and all(self.finished(p) for p in self.responses[stream].pushes), seconds)
        return self.responses[stream]

    def read_for(self, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self.closed:
            self.read_some()

    def pushed_paths(self, response):
        return [dict(headers)[":path"] for headers in response.pushes.values()]

    def names(self):
        return [f"{name}({getattr(event, 'stream_id', '')})" for name, event in self.events]

    def position(self, name, stream):
        return next(i for i, (kind, event) in enumerate(self.events) if kind == name and event.stream_id == stream)

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
