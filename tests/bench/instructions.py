# SPDX-License-Identifier: MIT
"""A second opinion that no neighbour on the machine disturbs: instructions per request in user space, by callgrind.

Two runs with different numbers of requests; their difference leaves out the start and the end. The thread that differs
most is the one that serves: what the watchdog's and the log's do depends on time, not on requests.
"""
import re

import load
import outrider
import servers

FEW, MANY = 2_000, 10_000


def callgrind(folder):
    return ["valgrind", "--tool=callgrind", "--separate-threads=yes", f"--callgrind-out-file={folder}/callgrind.%p"]


def start(case, folder, secure):
    if case.server is servers.H2o:
        server = servers.H2o(folder, case.rules, secure)
        return server.start((*callgrind(folder), "h2o"))
    wrapper = folder / "outrider-under-valgrind"
    wrapper.write_text("#!/bin/sh\nexec " + " ".join(callgrind(folder)) + f' "{outrider.BINARY}" "$@"\n')
    wrapper.chmod(0o755)
    real, outrider.BINARY = outrider.BINARY, wrapper
    try:
        return servers.Outrider(folder, case.rules, secure, supervisor=False).start()
    finally:
        outrider.BINARY = real


def by_thread(folder):
    """Instructions of each thread, by its number in the order of starting."""
    totals = {}
    for path in folder.glob("callgrind.*-*"):
        found = re.search(r"^(?:totals|summary): (\d+)", path.read_text(errors="replace"), re.M)
        totals[path.suffix.rpartition("-")[2]] = int(found.group(1)) if found else 0
        path.unlink()
    return totals


def per_request(case, folder, secure):
    totals = []
    for requests in FEW, MANY:
        server = start(case, folder, secure)
        load.h2load(server.port, secure, requests, connections=1)
        server.stop()
        totals.append(by_thread(folder))
    few, many = totals
    return max(many[thread] - few.get(thread, 0) for thread in many) / (MANY - FEW)
