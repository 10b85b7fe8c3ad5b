# SPDX-License-Identifier: MIT
"""HTTP/1 for tests: raw bytes out, and an answer taken apart, with its interim responses."""
import socket


class Answer:
    def __init__(self, data):
        self.raw = data
        self.interim = []
        while True:
            head, _, rest = data.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            status = int(lines[0].split(" ")[1]) if lines[0].startswith("HTTP/") else None
            fields = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
            if status is not None and 100 <= status < 200 and status != 101:
                self.interim.append((status, fields))
                data = rest
                continue
            self.status, self.fields, self.body = status, fields, rest
            return

    def header(self, name):
        return next((value for key, value in self.fields if key.lower() == name.lower()), None)

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]


def connect(address):
    if isinstance(address, str):
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(address)
    else:
        sock = socket.create_connection(address)
    sock.settimeout(20)
    return sock


def exchange(address, data, before=b""):
    """Sends bytes as they are and reads until the server closes."""
    with connect(address) as sock:
        sock.sendall(before + data)
        answer = b""
        try:
            while more := sock.recv(65536):
                answer += more
        except ConnectionResetError:
            pass
        return answer


def get(address, target="/", *fields, method="GET", host="localhost", body=b"", before=b""):
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", "Connection: close", *fields]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return Answer(exchange(address, "\r\n".join([*lines, "", ""]).encode("latin-1") + body, before))
