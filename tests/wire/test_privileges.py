# SPDX-License-Identifier: MIT
"""A server that root starts and that goes on as somebody else (`user`)."""
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile

import pytest

import outrider
from http1 import get
from outrider import wait_until
from upgrading import upgrade

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change users")

NOBODY = pwd.getpwnam("nobody")
LOW_PORTS = 1 << 10  # CAP_NET_BIND_SERVICE
CONFIG = """
return {
  user = %USER%,
  workers = 1,
  listen = { %LISTEN% },
  sites = { ["*"] = { routes = { ["/"] = { files = "www" } } } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""


def config(*addresses, user="nobody", more=""):
    listen = ", ".join(f'{{ address = "{address}"{more} }}' for address in addresses or ["127.0.0.1:0"])
    return CONFIG.replace("%USER%", f'"{user}"').replace("%LISTEN%", listen)


@pytest.fixture
def start():
    """start(config) → a running server in a folder that everybody may enter; pytest's own are root's alone."""
    servers = []

    def begin(text, arguments=()):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="outrider-user-"))
        folder.chmod(0o755)
        os.chown(folder, NOBODY.pw_uid, NOBODY.pw_gid)
        # The leak checker cannot look into a process that has changed users.
        options = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        server = outrider.Server(folder, text, files={"www/index.html": "page"}, environment={"ASAN_OPTIONS": options},
                                 arguments=[word.replace("%TMP%", str(folder)) for word in arguments])
        servers.append(server)
        return server

    yield begin
    for server in servers:
        server.stop()
        shutil.rmtree(server.folder)


def low_port():
    for port in range(1023, 600, -1):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError("no port below 1024 is free")


def facts(pid):
    """/proc/PID/status as words by name."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return {name: rest.split() for name, _, rest in (line.partition(":") for line in text.splitlines())}


def assert_nobody(pid, capabilities):
    of = facts(pid)
    assert set(of["Uid"]) == {str(NOBODY.pw_uid)} and set(of["Gid"]) == {str(NOBODY.pw_gid)}
    assert of["Groups"] == [str(NOBODY.pw_gid)]
    assert of["NoNewPrivs"] == ["1"]
    for name in ("CapPrm", "CapEff", "CapInh", "CapAmb"):
        assert int(of[name][0], 16) == capabilities, f"{name} of {pid}: {of[name]}"


def both_are_nobody(server):
    assert_nobody(server.server_pid(), 0)
    supervisor = server.process.pid  # it follows its server, which a test may know to be ready earlier than it does
    wait_until("a supervisor that is root no more", lambda: facts(supervisor)["NoNewPrivs"] == ["1"])
    assert_nobody(supervisor, LOW_PORTS)


def test_root_is_given_up_and_low_ports_stay(start):
    first, second, third = low_port(), None, None
    server = start(config(f"127.0.0.1:{first}", "unix:%TMP%/web.sock")).start()
    both_are_nobody(server)
    assert get(("127.0.0.1", first)).status == 200
    assert pathlib.Path(server.folder / "web.sock").stat().st_uid == NOBODY.pw_uid
    assert 'going on as user "nobody"' in server.log()

    second = low_port()
    server.write("config.lua", config(f"127.0.0.1:{first}", f"127.0.0.1:{second}", "unix:%TMP%/web.sock"))
    assert server.reload_and_wait()[0] == 200
    assert get(("127.0.0.1", second)).status == 200

    crashed = server.server_pid()
    os.kill(crashed, signal.SIGKILL)
    wait_until("another server", lambda: server.ready_pid() not in (None, crashed))
    both_are_nobody(server)
    pathlib.Path(server.log_path).write_text(server.log().replace("died by", "was ended by"))  # meant to, here

    upgrade(server)
    both_are_nobody(server)
    third = low_port()
    server.write("config.lua", config(f"127.0.0.1:{first}", f"127.0.0.1:{third}"))
    assert server.reload_and_wait()[0] == 200
    assert get(("127.0.0.1", third)).status == 200

    server.stop()
    assert sorted(path.name for path in server.folder.glob("*.sock")) == []


def test_root_makes_what_its_user_cannot(start):
    text = config().replace("%TMP%/admin.sock", "%TMP%/run/admin.sock")
    server = start(text, arguments=["--state-dir", "%TMP%/kept/state"])
    server.folder.chmod(0o755)
    os.chown(server.folder, 0, 0)
    server.admin = server.folder / "run/admin.sock"
    for _ in range(2):  # made, and found
        server.start()
        both_are_nobody(server)
        for name in ("run", "kept/state"):
            assert (server.folder / name).stat().st_uid == NOBODY.pw_uid
        assert "cannot" not in server.log()
        server.stop()


def test_what_only_root_can_read_is_found_at_the_start(start):
    server = start(config(more=', tls = { certificate = "%TMP%/a.pem", key = "%TMP%/a.key" }'))
    certificate, key = outrider.certificate(server.folder / "made", "localhost")
    shutil.copy(certificate, server.folder / "a.pem")
    shutil.copy(key, server.folder / "a.key")
    (server.folder / "a.key").chmod(0o600)
    code, _, errors = outrider.run("run", "-c", server.config, env=server.all_environment())
    assert code == 1
    assert f"listen[1].tls.key: {server.folder}/a.key: cannot be read: Permission denied" in errors
    assert "its mode is 0600" in errors


def test_a_user_that_there_is_not(start):
    server = start(config(user="nobody-at-all"))
    code, _, errors = outrider.run("run", "-c", server.config, env=server.all_environment())
    assert code == 1
    assert 'user: there is no user "nobody-at-all"; expected the name of a user of this system' in errors


def test_another_user_takes_effect_at_the_next_start(start):
    server = start(config()).start()
    server.write("config.lua", config(user="daemon"))
    code, output, _ = server.command("reload")
    assert code == 0
    assert 'user: it was "nobody" and is now "daemon", which takes effect when the server is started again' in (
        output + server.log())
    both_are_nobody(server)


def test_who_is_not_root_cannot_become_somebody(start):
    server = start(config(user="daemon"))
    with open(server.log_path, "ab") as errors:
        server.process = subprocess.Popen(
            [outrider.BINARY, "run", "-c", server.config], user=NOBODY.pw_uid, group=NOBODY.pw_gid, extra_groups=[],
            stderr=errors, stdout=errors, env=server.all_environment())
    wait_until(server.log, lambda: 'user = "daemon" is not followed' in server.log())
    assert set(facts(server.process.pid)["Uid"]) == {str(NOBODY.pw_uid)}


def test_as_root_without_a_user_is_warned_about(start):
    server = start(config().replace('  user = "nobody",\n', "")).start()
    assert "everything runs as root" in server.log()
    assert facts(server.server_pid())["Uid"][0] == "0"
