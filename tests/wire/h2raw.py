# SPDX-License-Identifier: MIT
"""An HTTP/2 client made of bare frames: it sends what no library would, and returns no windows by itself, so that the server
sends just as many bytes as the test allows. Waits end with what arrives: a PING's answer stands behind all that was due."""
import socket
import struct

import hpack

import outrider

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, PRIORITY_UPDATE = *range(9), 16
FIRST_WINDOW = 65_535
ENHANCE_YOUR_CALM = 11


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def settings(**values):
    numbers = {"push": 2, "streams": 3, "window": 4}
    return frame(SETTINGS, 0, 0, b"".join(struct.pack(">HI", numbers[name], value) for name, value in values.items()))


def window_update(stream, by):
    return frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", by))


def priority(stream, weight, dependency=0, exclusive=False):
    return frame(PRIORITY, 0, stream, struct.pack(">IB", dependency | exclusive << 31, weight - 1))


def priority_update(target, value):
    return frame(PRIORITY_UPDATE, 0, 0, struct.pack(">I", target) + value.encode())


def reset(stream):
    return frame(RST_STREAM, 0, stream, struct.pack(">I", 8))


class RawClient:
    def __init__(self, address, **setting):
        self.sock = socket.create_connection(address, 10 * outrider.SLOWER)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.encoder, self.decoder = hpack.Encoder(), hpack.Decoder()
        self.unread = b""
        self.pings = 0
        self.data = []  # (stream, bytes) of each DATA frame
        self.heads = {}  # stream -> header fields
        self.promised = {}  # stream -> path
        self.ended, self.resets = set(), {}
        self.goaway = None  # error code
        self.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings(**setting))

    def send(self, data):
        self.sock.sendall(data)

    def request(self, stream, path, fields=(), dependency=None, weight=16, end=True):
        """The frame of a request; with a `dependency` it carries a priority of RFC 7540."""
        block = self.encoder.encode([(":method", "GET"), (":scheme", "http"), (":authority", "localhost"), (":path", path), *fields])
        flags = 4 | end | (0x20 if dependency is not None else 0)
        return frame(HEADERS, flags, stream, (struct.pack(">IB", dependency, weight - 1) if dependency is not None else b"") + block)

    def read_frame(self):
        """False where the server closed the connection."""
        while len(self.unread) < 9 or len(self.unread) < 9 + int.from_bytes(self.unread[:3], "big"):
            try:
                more = self.sock.recv(65_536)
            except ConnectionResetError:
                more = b""
            if not more:
                return False
            self.unread += more
        size = 9 + int.from_bytes(self.unread[:3], "big")
        self.take(self.unread[3], self.unread[4], struct.unpack(">I", self.unread[5:9])[0], self.unread[9:size])
        self.unread = self.unread[size:]
        return True

    def take(self, kind, flags, stream, payload):
        if kind == DATA:
            self.data.append((stream, len(payload)))
        elif kind == HEADERS:
            self.heads[stream] = self.decoder.decode(payload)
        elif kind == PUSH_PROMISE:
            self.promised[struct.unpack(">I", payload[:4])[0]] = dict(self.decoder.decode(payload[4:]))[":path"]
        elif kind == RST_STREAM:
            self.resets[stream] = struct.unpack(">I", payload)[0]
        elif kind == PING and flags & 1:
            self.pings += 1
        elif kind == GOAWAY:
            self.goaway = struct.unpack(">I", payload[4:8])[0]
        if kind in (DATA, HEADERS) and flags & 1:
            self.ended.add(stream)

    def read_until(self, condition):
        while not condition():
            if not self.read_frame():
                raise ConnectionError(f"the server closed the connection, GOAWAY {self.goaway}")

    def ping(self):
        """Until the server has read everything that was sent."""
        self.send(frame(PING, 0, 0, b"12345678"))
        seen = self.pings
        self.read_until(lambda: self.pings > seen)

    def open_window(self, size):
        """Lets `size` bytes of bodies come; returns the bytes by stream."""
        before = len(self.data)
        self.send(window_update(0, size))
        self.read_until(lambda: sum(length for _, length in self.data[before:]) == size)
        sums = {}
        for stream, length in self.data[before:]:
            sums[stream] = sums.get(stream, 0) + length
        return sums

    def error(self):
        """Reads to the end of the connection; the GOAWAY's error code."""
        while self.read_frame():
            pass
        return self.goaway

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()
