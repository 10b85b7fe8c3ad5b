# SPDX-License-Identifier: MIT
"""A fake application behind the server: a thread per connection, a handler that may send any bytes it likes."""
import socket
import threading
import time


class Request:
    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, self.version = lines[0].split(" ", 2)
        self.fields = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:] if line]
        self.headers = {name.lower(): value for name, value in self.fields}
        self.head = head
        self.body = body


class Connection:
    """What a handler writes to. `reply` frames an ordinary answer; `send` sends bytes as they are."""

    def __init__(self, sock):
        self.sock = sock
        self.buffer = b""
        self.keep = True

    def read_request(self):
        while b"\r\n\r\n" not in self.buffer:
            data = self.sock.recv(65536)
            if not data:
                return None
            self.buffer += data
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        request = Request(head, b"")
        length = int(request.headers.get("content-length", 0))
        while len(self.buffer) < length:
            data = self.sock.recv(65536)
            if not data:
                return None
            self.buffer += data
        request.body, self.buffer = self.buffer[:length], self.buffer[length:]
        return request

    def send(self, data):
        self.sock.sendall(data.encode("latin-1") if isinstance(data, str) else data)

    def reply(self, status=200, body=b"", headers=(), reason="OK"):
        body = body.encode() if isinstance(body, str) else body
        head = f"HTTP/1.1 {status} {reason}\r\ncontent-length: {len(body)}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers)
        self.send(head.encode() + b"\r\n" + body)

    def close(self, reset=False):
        self.keep = False
        if reset:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.sock.close()

    @staticmethod
    def sleep(seconds):
        time.sleep(seconds)


class Application:
    """`handler(request, connection)` answers; what it gets is kept in `requests`."""

    def __init__(self, handler, unix=None, family=socket.AF_INET):
        self.handler = handler
        self.requests = []
        self.connections = 0
        self.open = set()
        if unix:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(str(unix))
            self.url = f"http://unix:{unix}"
        else:
            self.listener = socket.socket(family)
            host = "::1" if family == socket.AF_INET6 else "127.0.0.1"
            self.listener.bind((host, 0))
            self.port = self.listener.getsockname()[1]
            self.url = f"http://[{host}]:{self.port}" if family == socket.AF_INET6 else f"http://{host}:{self.port}"
        self.listener.listen(128)
        self.stopping = False
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        while not self.stopping:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.talk, args=(sock,), daemon=True).start()

    def talk(self, sock):
        self.open.add(sock)
        connection = Connection(sock)
        try:
            while connection.keep:
                request = connection.read_request()
                if request is None:
                    break
                self.requests.append(request)
                self.handler(request, connection)
        except OSError:
            pass
        finally:
            self.open.discard(sock)
            sock.close()

    def stop(self):
        self.stopping = True
        # Closing alone does not wake a thread that waits in accept.
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        for sock in list(self.open):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
