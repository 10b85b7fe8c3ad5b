# SPDX-License-Identifier: MIT
"""Reloads that nobody asked for: a change of the files is seen, however it is made, and storms of them settle."""
import os
import shutil
import threading
import time

import outrider
from outrider import wait_until
from reload_site import WATCHING, generation, hinted, links, rule
from steady import Steady


def test_an_edit_is_seen_however_it_is_written(serve):
    server = serve(WATCHING, files={"www/index.html": "page", "rules/a.lua": rule("v1")})
    rules = server.folder / "rules"

    def shows(asset, what):
        wait_until(lambda: f"{what} to show; log: {server.log()}", lambda: hinted(server, asset))

    began = time.monotonic()
    server.write("rules/a.lua", rule("v2"))
    shows("v2", "a write")
    assert time.monotonic() - began < 3 * outrider.SLOWER
    (rules / ".a.lua.tmp").write_text(rule("v3"))
    os.rename(rules / ".a.lua.tmp", rules / "a.lua")
    shows("v3", "a rename over it")
    os.rename(rules / "a.lua", rules / "a.lua~")
    server.write("rules/a.lua", rule("v4"))
    os.unlink(rules / "a.lua~")
    shows("v4", "an editor's backup and new file")
    server.write("rules/0.lua", rule("v5").replace("page", "first"))
    wait_until("a new file to show", lambda: "/v5.css" in links(server))
    os.unlink(rules / "0.lua")
    shows("v4", "a removed file")
    shutil.rmtree(rules)
    wait_until("the failure to show", lambda: not (server.status().get("last_reload") or {"ok": True})["ok"])
    assert hinted(server, "v4")
    server.write("rules/a.lua", rule("v6"))
    shows("v6", "a directory that was removed and came back")


def test_a_deploy_by_symlink_swap(tmp_path, serve):
    for version in ("v1", "v2", "v3"):
        folder = tmp_path / "releases" / version
        folder.mkdir(parents=True)
        (folder / "a.lua").write_text(rule(version))
    os.symlink(tmp_path / "releases" / "v1", tmp_path / "current")
    server = serve(WATCHING.replace('"rules/*.lua"', f'"{tmp_path}/current/*.lua"'), files={"www/index.html": "page"})
    assert hinted(server, "v1")
    for version in ("v2", "v3", "v1"):
        os.symlink(tmp_path / "releases" / version, tmp_path / "next")
        os.rename(tmp_path / "next", tmp_path / "current")
        wait_until(f"{version} to show", lambda: hinted(server, version))


def test_what_failed_is_not_tried_again_until_it_changes(serve):
    server = serve(WATCHING, files={"www/index.html": "page", "rules/a.lua": rule("v1")})
    server.write("rules/b.lua", "rule {")
    wait_until("the failure", lambda: "rules/b.lua:1" in server.log())
    tried = server.log().count("rules/b.lua:1")
    for _ in range(3):
        os.utime(server.folder / "rules" / "b.lua")
        time.sleep(0.3)
    assert server.log().count("rules/b.lua:1") == tried
    server.write("rules/b.lua", rule("b").replace("page", "second"))
    wait_until("the mended file", lambda: "/b.css" in links(server))


def test_a_storm_of_changes_settles(serve):
    server = serve(WATCHING, files={"www/index.html": "page", "rules/a.lua": rule("v0")})
    with Steady(server.address(), pause=0.01, clients=1) as load:
        deadline = time.monotonic() + 3
        number = 0
        while time.monotonic() < deadline:
            number += 1
            server.write("rules/a.lua", rule(f"v{number}"))
            time.sleep(0.01)
        wait_until("the last one", lambda: hinted(server, f"v{number}"))
    assert load.failures == [] and load.connections == 1
    assert number > 100
    assert generation(server) < 10
    wait_until("one generation to be left", lambda: sum(
        one["state"] in ("live", "draining") for one in server.status()["generations"]) == 1)


def test_a_file_that_is_written_all_the_time_does_not_hide_an_edit(serve):
    server = serve(WATCHING, files={"www/index.html": "page", "rules/a.lua": rule("v0"), "rules/notes.txt": ""})
    stop = threading.Event()

    def writer():
        while not stop.is_set():
            (server.folder / "rules" / "notes.txt").write_text("note")
            time.sleep(0.05)
    thread = threading.Thread(target=writer)
    thread.start()
    try:
        time.sleep(0.3)
        server.write("rules/a.lua", rule("v1"))
        wait_until("the edit", lambda: hinted(server, "v1"))
    finally:
        stop.set()
        thread.join()
