# SPDX-License-Identifier: MIT
"""h2load on the other core: a fixed number of requests, every one of which must be answered 200."""
import dataclasses
import re
import subprocess

import cases
import servers

CONNECTIONS, STREAMS = 16, 16


@dataclasses.dataclass
class Sample:
    cpu_us: float  # of the server, per request
    per_second: float
    resident_mib: float
    tls: str


def h2load(port, secure, requests, connections=CONNECTIONS):
    """Runs h2load; returns what it printed."""
    url = f"http{'s' if secure else ''}://127.0.0.1:{port}{cases.PAGE}"
    with servers.on_core(servers.CLIENT_CORE):
        result = subprocess.run(
            ["h2load", "-n", str(requests), "-c", str(connections), "-m", str(STREAMS), "-t", "1",
             "--tls13-ciphers=TLS_AES_128_GCM_SHA256", url], capture_output=True, text=True, timeout=600)
    text = result.stdout
    if result.returncode != 0 or f"status codes: {requests} 2xx" not in text:
        raise SystemExit(f"h2load against {url}: not every request was answered 200:\n{text}{result.stderr}")
    return text


def measure(server, secure, requests):
    h2load(server.port, secure, min(requests, 5000))  # what happens once happens here
    before = server.cpu_ns()
    text = h2load(server.port, secure, requests)
    used = server.cpu_ns() - before
    protocol = re.search(r"TLS Protocol: (\S+)", text)
    cipher = re.search(r"Cipher: (\S+)", text)
    return Sample(used / requests / 1000, float(re.search(r"([\d.]+) req/s", text).group(1)), server.resident_mib(),
                  f"{protocol.group(1)} {cipher.group(1)}" if protocol else "")
