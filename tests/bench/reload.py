# SPDX-License-Identifier: MIT
"""What a reload of many rules costs those who are served meanwhile, how soon it shows, and what a generation weighs.

Latencies are those of an open loop (steady_client.cc): who had to wait for a server that stood still is counted. Nothing
has a core of its own here: the workers, the thread that loads, and the client share the machine, as they would in
production. A round measures one server process twice, with reloads and without, and the order turns from round to round.
"""
import dataclasses
import itertools
import json
import os
import pathlib
import socket
import subprocess
import threading
import time
from statistics import median

import cases
import outrider
import upstream

MANY = 10_000
RATE, CONNECTIONS = 2_000, 4
WARM_UP_SECONDS = 1
EDITS = 20
HELD_FIRST, HELD = 2, 8  # older generations: until loading has the memory that it needs itself, and then

CONFIG = """
return {
  workers = %WORKERS%,
  listen = { { address = "127.0.0.1:0" } },
  sites = { ["*"] = { rules = "rules/*.lua", routes = { ["/"] = { files = "www" }, ["/held"] = { proxy = "%URL%" } } } },
  log = { error = { level = "warning" } },
  watch = %WATCH%,
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""


@dataclasses.dataclass
class Latency:
    p50_us: float
    p99_us: float
    max_us: float
    reloads: int = 0
    reload_ms: float = 0  # median


@dataclasses.dataclass
class Numbers:
    workers: int
    seconds: int
    still: list  # of Latency, by round
    reloading: list
    edits_ms: dict  # number of rules -> list
    generation_mib: float
    resident_mib: tuple  # as started; with HELD_FIRST older ones, with HELD more; later, with one again
    rules_bytes: int  # of their files


class Rules:
    """Rules whose last file can be changed. It also has one for the page, which says what version it is, and one for
    responses that are long in coming."""

    def __init__(self, count):
        self.files = cases.declared(count - 2)
        self.last = max(self.files)
        self.unchanged = self.files[self.last]
        self.versions = itertools.count()
        self.files[self.last] = self.next()

    def next(self):
        self.version = next(self.versions)
        return (self.unchanged.replace("/css/", f"/css/{self.version}/") +
                f'\nrule {{ name = "page", path = "{cases.PAGE}", hints = {{ style "/v{self.version}.css" }} }}\n'
                f'rule {{ name = "held", path = "/held", phase = "response", hints = {{ style "/v{self.version}.css" }} }}\n')

    def change(self, folder):
        """As editors and deploys do it: a new file in the place of the old one."""
        path = pathlib.Path(folder) / self.last
        fresh = path.with_suffix(".new")
        fresh.write_text(self.next())
        fresh.rename(path)


def make(folder, rules, workers, watch=False, url="http://127.0.0.1:1"):
    """A server; `with` runs it, and ends it whatever happens."""
    (folder / "www").mkdir(parents=True, exist_ok=True)
    (folder / "www" / cases.PAGE[1:]).write_text(cases.BODY)
    config = CONFIG.replace("%WORKERS%", str(workers)).replace("%WATCH%", "true" if watch else "false").replace("%URL%", url)
    return outrider.Server(folder, config, files=rules.files)


def build_client(folder):
    client = folder / "steady-client"
    source = pathlib.Path(__file__).with_name("steady_client.cc")
    subprocess.run(["c++", "-std=c++20", "-O2", "-o", client, source], check=True)
    return client


def ask_for_reload(server):
    """Until every worker has swapped. What is refused ends the measurement."""
    connection = outrider.UnixConnection(server.admin)
    connection.timeout = 60
    try:
        connection.request("POST", "/v1/reload")
        response = connection.getresponse()
        answer = response.read().decode()
    finally:
        connection.close()
    if response.status != 200 or not json.loads(answer)["changed"]:
        raise SystemExit(f"a reload was refused: {answer}")


class Reloading(threading.Thread):
    """Changes the rules and reloads them, every second."""

    def __init__(self, server, rules):
        super().__init__()
        self.server, self.rules, self.ends, self.took_ms, self.failure = server, rules, threading.Event(), [], None

    def run(self):
        try:
            while not self.ends.wait(1 - time.monotonic() % 1):
                self.rules.change(self.server.folder)
                began = time.monotonic()
                ask_for_reload(self.server)
                self.took_ms.append(1000 * (time.monotonic() - began))
        except (OSError, SystemExit) as failure:
            self.failure = failure

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.join()
        if self.failure is not None:
            raise self.failure


def measure_latency(client, server, seconds):
    command = [client, str(server.port()), cases.PAGE, str(CONNECTIONS), str(RATE), str(seconds + WARM_UP_SECONDS)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"a request has failed: {result.stderr}")
    lines = (line.split() for line in result.stdout.splitlines())
    took = sorted(int(latency) for due, latency in lines if int(due) >= WARM_UP_SECONDS * 1_000_000)
    if len(took) != RATE * seconds:
        raise SystemExit(f"{len(took)} of {RATE * seconds} requests were answered")
    return Latency(took[len(took) // 2], took[len(took) * 99 // 100], took[-1])


def latency_round(client, folder, workers, seconds, reloading_first):
    rules = Rules(MANY)
    measured = {}
    with make(folder, rules, workers) as server:
        for with_reloads in (reloading_first, not reloading_first):
            if not with_reloads:
                measured[False] = measure_latency(client, server, seconds)
                continue
            with Reloading(server, rules) as reloading:
                measured[True] = measure_latency(client, server, seconds)
            measured[True].reloads = len(reloading.took_ms)
            measured[True].reload_ms = median(reloading.took_ms)
    return measured[False], measured[True]


class Visitor:
    """Asks for the page over one connection that it holds."""

    def __init__(self, address):
        self.sock = socket.create_connection(address, 10)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self):
        """The answer, head and body."""
        self.sock.sendall(f"GET {cases.PAGE} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        data = b""
        while not data.endswith(cases.BODY[-100:].encode()):
            more = self.sock.recv(65536)
            if not more:
                raise SystemExit("the server has closed a connection")
            data += more
        return data

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()


def edit_times(folder, count):
    """Milliseconds from a change of a file to the first answer by the new rules."""
    rules = Rules(count)
    times = []
    with make(folder, rules, workers=0, watch=True) as server, Visitor(server.address()) as visitor:
        for number in range(EDITS):
            time.sleep(0.7 + 0.013 * number)  # not in step with anything
            began = time.monotonic()
            rules.change(folder)
            wanted = f"</v{rules.version}.css>".encode()
            while wanted not in visitor.ask():
                time.sleep(0.001)
                if time.monotonic() - began > 30:
                    raise SystemExit("the change does not show")
            times.append(1000 * (time.monotonic() - began))
    return times


def states(server):
    return [one["state"] for one in server.status()["generations"]]


def generation_memory(folder):
    """(MiB per generation, what was resident: as started; with HELD_FIRST older ones, with HELD more; later, with one again).

    A request whose rules want to see the response keeps them as it waits for its upstream: after each such request the
    rules are changed. No generation is freed in between, whose memory the next one could use.
    """
    release = threading.Event()

    def held(request, connection):
        release.wait(120)
        connection.reply(200, "held")
    application = upstream.Application(held)
    rules = Rules(MANY)
    resident = []

    def reload():
        rules.change(folder)
        ask_for_reload(server)

    def note():
        time.sleep(1)
        resident.append(server.resident_kib() / 1024)

    def rest():
        outrider.wait_until("old generations to be freed", lambda: "draining" not in states(server))

    with make(folder, rules, workers=0, url=application.url) as server:
        note()
        requests = []
        for number in range(1, HELD_FIRST + HELD + 1):
            requests.append(socket.create_connection(server.address(), 10))
            requests[-1].sendall(b"GET /held HTTP/1.1\r\nHost: localhost\r\n\r\n")
            outrider.wait_until("the request to be in progress", lambda: server.live()["requests"] == number)
            reload()
            if number == HELD_FIRST:
                note()
        if states(server).count("draining") != HELD_FIRST + HELD:
            raise SystemExit(f"{HELD_FIRST + HELD} old generations should be held, not those of {states(server)}")
        note()
        release.set()
        for sock in requests:
            sock.recv(1000)
            sock.close()
        for _ in range(HELD):
            reload()
        rest()
        note()
    application.stop()
    return (resident[2] - resident[1]) / HELD, tuple(resident)


def measure(folder, rounds, seconds, workers, say):
    folder.mkdir()
    client = build_client(folder)
    still, reloading = [], []
    for number in range(rounds):
        without, with_reloads = latency_round(client, folder / f"round{number}", workers, seconds, number % 2 == 1)
        still.append(without)
        reloading.append(with_reloads)
        say(f"  round {number + 1} of {rounds}: p99 {without.p99_us:.0f} µs without reloads, {with_reloads.p99_us:.0f} µs with "
            f"{with_reloads.reloads} of {with_reloads.reload_ms:.0f} ms each")
    edits = {}
    for count in 10, MANY:
        edits[count] = edit_times(folder / f"edits{count}", count)
        say(f"  an edit of {count:,} rules shows after {median(edits[count]):.0f} ms")
    per_generation, resident = generation_memory(folder / "memory")
    say(f"  {per_generation:.1f} MiB per generation; {resident}")
    rules_bytes = sum(len(text.encode()) for text in Rules(MANY).files.values())
    return Numbers(workers or len(os.sched_getaffinity(0)), seconds, still, reloading, edits, per_generation, resident, rules_bytes)


def row(what, samples):
    p99 = [sample.p99_us for sample in samples]
    return (f"| {what} | {median(sample.p50_us for sample in samples):.0f} µs | {median(p99):.0f} µs | {min(p99):.0f} – {max(p99):.0f} "
            f"| {median(sample.max_us for sample in samples) / 1000:.1f} ms |")


def table(numbers):
    """Everything that was measured, in Markdown, with the aims beside it."""
    reload_ms = median(sample.reload_ms for sample in numbers.reloading)
    few, many = numbers.edits_ms[10], numbers.edits_ms[MANY]
    ratios = [with_reloads.p99_us / without.p99_us for with_reloads, without in zip(numbers.reloading, numbers.still)]
    started, few_held, all_held, later = numbers.resident_mib
    workers = f"{numbers.workers} worker{'s' * (numbers.workers > 1)}"
    lines = [
        f"{RATE:,} requests/s due at even intervals, over {CONNECTIONS} held HTTP/2 connections in plaintext, 1 KiB file, {workers} "
        f"that share {len(os.sched_getaffinity(0))} cores with everything else, {MANY:,} rules, {len(numbers.still)} rounds of "
        f"{numbers.seconds} s each", "",
        "| case | p50 | p99 | min – max of p99 | longest |", "|---|---:|---:|---:|---:|",
        row("no reloads", numbers.still),
        row(f"changed and reloaded every second ({reload_ms:.0f} ms each)", numbers.reloading), "",
        "| from a change of a file to the first answer by the new rules | median | longest of 20 |", "|---|---:|---:|",
        f"| 10 rules | {median(few):.0f} ms | {max(few):.0f} ms |",
        f"| {MANY:,} rules | {median(many):.0f} ms | {max(many):.0f} ms |", "",
        f"| resident memory, {MANY:,} rules ({numbers.rules_bytes / 2**20:.1f} MiB of Lua), {len(os.sched_getaffinity(0))} workers | |",
        "|---|---:|", f"| as started | {started:.1f} MiB |",
        f"| {HELD_FIRST} older generations held by requests in flight | {few_held:.1f} MiB |",
        f"| {HELD_FIRST + HELD} of them | {all_held:.1f} MiB |", f"| so each costs | {numbers.generation_mib:.1f} MiB |",
        f"| after they were let go, and {HELD} reloads more | {later:.1f} MiB |", "",
        "| aim | measured | |", "|---|---|---|"]
    aims = [(f"reloads of {MANY:,} rules raise p99 to 1.5 times at most", f"× {median(ratios):.2f} (median of the rounds' ratios)",
             median(ratios) <= 1.5)]
    aims += [(f"an edit of {count:,} rules shows within 300 ms, 200 of them for the files to settle", f"{median(times):.0f} ms",
              median(times) <= 300) for count, times in numbers.edits_ms.items()]
    lines += [f"| {aim} | {measured} | {'met' if met else '**missed**'} |" for aim, measured, met in aims]
    return "\n".join(lines)
