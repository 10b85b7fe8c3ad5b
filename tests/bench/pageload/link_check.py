# SPDX-License-Identifier: MIT
"""Is the link what it is said to be? Measured by TCP connections through it, before anything else is."""
import dataclasses
import socket
import time
from statistics import median

from link import QUEUE_BYTES, SERVER

CONNECTS = 5
DOWNLOAD_SECONDS = 4
SEGMENT = 1448  # with timestamps, as Linux sends them


@dataclasses.dataclass
class Checked:
    connect_ms: float  # median
    megabit: float  # that arrived in the second half of a long download, repetitions and heads of packets included
    flights: list  # bytes that had arrived 1.5, 2.5 … round trips after the request


def connect_ms(port):
    began = time.monotonic()
    socket.create_connection((SERVER, port), 30).close()
    return 1000 * (time.monotonic() - began)


def arrived():
    """(now, bytes of packets that have come out of the link since it exists)."""
    with open("/proc/self/net/dev", encoding="ascii") as table_of_interfaces:
        row = next(line for line in table_of_interfaces if line.strip().startswith("client:"))
    return time.monotonic(), int(row.partition(":")[2].split()[0])


def download(port, path, host, seconds):
    """([(seconds since the request, bytes so far)], Mbit/s in the second half), for this long or until the end."""
    arrivals, total, half = [], 0, None
    with socket.create_connection((SERVER, port), 30) as connection:
        began = time.monotonic()
        connection.sendall(f"GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n".encode())
        while time.monotonic() - began < seconds and (data := connection.recv(1 << 16)):
            total += len(data)
            arrivals.append((time.monotonic() - began, total))
            if half is None and time.monotonic() - began > seconds / 2:
                half = arrived()
        end = arrived()
    return arrivals, (end[1] - half[1]) * 8 / (end[0] - half[0]) / 1e6


def until(arrivals, moment):
    return max((total for at, total in arrivals if at <= moment), default=0)


def check(speed, port, path, host):
    """`path` names a file that takes longer than DOWNLOAD_SECONDS at any speed."""
    arrivals, megabit = download(port, path, host, DOWNLOAD_SECONDS)
    rtt = speed.rtt_ms / 1000
    return Checked(median(connect_ms(port) for _ in range(CONNECTS)), megabit,
                   [until(arrivals, rtt * (number + 1.5)) for number in range(4)])


def table(checked):
    """`checked`: by speed."""
    lines = ["| link | TCP connect, median | a long download gets | bytes after 1.5, 2.5, 3.5, 4.5 round trips from the request |",
             "|---|---:|---:|---|"]
    for speed, seen in sorted(checked.items()):
        flights = ", ".join(f"{count:,}" for count in seen.flights)
        lines.append(f"| {speed} | {seen.connect_ms:.1f} ms | {seen.megabit:.2f} Mbit/s | {flights} |")
    return "\n".join(lines)


def wrong(checked):
    """What is not as it should be, in sentences. A link that holds more than its queue need not be filled by one download
    that loses packets to the queue."""
    for speed, seen in sorted(checked.items()):
        if not speed.rtt_ms <= seen.connect_ms <= speed.rtt_ms * 1.05 + 3:
            yield f"{speed}: connecting took {seen.connect_ms:.1f} ms"
        fits = speed.mbit * 1e6 / 8 * speed.rtt_ms / 1000 <= QUEUE_BYTES
        if seen.megabit > speed.mbit * 1.03 or (fits and seen.megabit < speed.mbit * 0.9):
            yield f"{speed}: a long download got {seen.megabit:.2f} Mbit/s"
        if seen.flights[0] > 11 * SEGMENT:
            yield f"{speed}: {seen.flights[0]:,} bytes came in the first flight: no slow start"
