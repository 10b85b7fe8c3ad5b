# SPDX-License-Identifier: MIT
"""The slow link: this process moves to a network namespace of its own, link.cc makes another for the server and carries
packets between the two. Nothing outside of them is touched, and the kernel removes both when the last process has ended."""
import ctypes
import dataclasses
import os
import pathlib
import shlex
import subprocess
import time

CLIENT, SERVER = "198.51.100.1", "198.51.100.2"  # RFC 5737: nobody's, and to browsers not a private network
QUEUE_BYTES = 128 * 1024
LATE_SECONDS = 0.06  # Linux delays an acknowledgement by 40 ms
CLONE_NEWNET = 0x40000000


def congestion_control():
    """Cubic, as most servers use it, where a namespace may choose it, else Reno, which each may."""
    allowed = pathlib.Path("/proc/sys/net/ipv4/tcp_allowed_congestion_control").read_text().split()
    return "cubic" if "cubic" in allowed else "reno"


@dataclasses.dataclass(frozen=True, order=True)
class Speed:
    rtt_ms: float
    mbit: float

    def __str__(self):
        return f"{self.rtt_ms:g} ms, {self.mbit:g} Mbit/s"


@dataclasses.dataclass
class Passed:
    """What went through in one direction."""
    packets: int
    bytes: int
    dropped: int

    def __add__(self, other):
        return Passed(self.packets + other.packets, self.bytes + other.bytes, self.dropped + other.dropped)


class Link:
    def __init__(self, folder):
        self.program = pathlib.Path(folder) / "link"
        source = pathlib.Path(__file__).with_name("link.cc")
        subprocess.run(["c++", "-std=c++20", "-O2", "-o", self.program, source], check=True)
        self.congestion_control = congestion_control()
        self.process = None

    def __enter__(self):
        """Leaves the machine's network for good. Before any thread is started: a namespace is a thread's own."""
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(CLONE_NEWNET) != 0:
            raise SystemExit(f"a network namespace: {os.strerror(ctypes.get_errno())}; this needs root")
        self.process = subprocess.Popen([self.program, CLIENT, SERVER, self.congestion_control], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self.become(Speed(1, 1000))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.stdin.close()  # it ends by itself then
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def become(self, speed):
        """Both directions from now on; returns what has passed before, towards the client and towards the server."""
        try:
            print(round(speed.rtt_ms * 500), round(speed.mbit * 1e6), QUEUE_BYTES, file=self.process.stdin, flush=True)
        except BrokenPipeError:
            pass
        numbers = [int(word) for word in self.process.stdout.readline().split()]
        if len(numbers) != 6:
            raise SystemExit(f"the link ended with {self.process.wait(10)}; its reason is above")
        return Passed(*numbers[:3]), Passed(*numbers[3:])

    def wait_for_quiet(self, speed):
        """Until nothing has passed for a round trip and a late acknowledgement; returns what has, as become() does."""
        down, up = Passed(0, 0, 0), Passed(0, 0, 0)
        while True:
            time.sleep(speed.rtt_ms / 1000 + LATE_SECONDS)
            more = self.become(speed)
            down, up = down + more[0], up + more[1]
            if not any(one.packets for one in more):
                return down, up

    def behind(self, program):
        """A script that runs the program at the link's far end."""
        script = self.program.with_name(f"{pathlib.Path(program).name}-behind-link")
        enter = f"nsenter --net=/proc/{self.process.pid}/ns/net"
        script.write_text(f'#!/bin/sh\nexec {enter} -- {shlex.quote(str(pathlib.Path(program).resolve()))} "$@"\n')
        script.chmod(0o755)
        return script
