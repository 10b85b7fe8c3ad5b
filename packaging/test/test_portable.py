# SPDX-License-Identifier: MIT
"""What is for other systems: the portable deb, the rpm and the tar.gz, on one that has no libh2o."""
import json
import re
import shutil
import subprocess

import pytest

from machine import SOURCE, version_of, wait_until

PRIVATE = ("libh2o-evloop.so.0.13", "libwslay.so.1")


def assert_brings_its_own(machine, program, folder):
    linked = machine.run("ldd", program).stdout
    for library in PRIVATE:
        [where] = re.findall(rf"{re.escape(library)} => (\S+)", linked)
        assert machine.run("readlink", "-f", where).stdout == f"{folder}/{library}\n"
    for library in ("libstdc++", "libfmt", "libspdlog", "libgumbo"):
        assert library not in linked
    for library in ("libssl.so.3", "libuv.so.1", "libluajit-5.1.so.2", "libsystemd.so.0", "libcap.so.2"):
        assert library in linked


def assert_serves_files(machine, program, folder):
    """As whoever unpacked it: a folder over HTTPS, with no configuration."""
    machine.run("systemd-run", "--unit=portable", "-p", "User=nobody", "-p", "Environment=XDG_STATE_HOME=/tmp/state", "-p",
                "ExecStartPre=+install -d -o nobody /tmp/state", program, "run", "--files", folder, "--port", "9443")
    served = wait_until(lambda: machine.run("journalctl", "-u", "portable", "--no-pager").stdout,
                        lambda: machine.run("curl", "-fsSk", "https://127.0.0.1:9443/", check=False).stdout)
    assert "Outrider is running" in served
    machine.run("systemctl", "stop", "portable")
    machine.run("systemctl", "reset-failed", "portable", check=False)


def server_pid(machine):
    answer = machine.run("outrider", "status", "--json", check=False)
    return json.loads(answer.stdout)["pid"] if answer.returncode == 0 else None


def test_the_tar_runs_from_anywhere(machine, tar):
    machine.copy_in(tar, "/tmp/outrider.tar.gz")
    machine.shell("mkdir -p /opt/somewhere; tar -xzf /tmp/outrider.tar.gz --strip-components=1 -C /opt/somewhere")
    assert_brings_its_own(machine, "/opt/somewhere/bin/outrider", "/opt/somewhere/lib/outrider")
    assert_serves_files(machine, "/opt/somewhere/bin/outrider", "/opt/somewhere/share/outrider/welcome")
    # The modules that ship are found beside it.
    tested = machine.run("/opt/somewhere/bin/outrider", "test", "/opt/somewhere/share/outrider/rules/bots")
    assert "0 failed" in tested.stdout
    names = subprocess.run(["tar", "-tzf", tar], capture_output=True, text=True, check=True).stdout
    for name in ("share/doc/outrider/README.md", "share/doc/outrider/licences/cli11", "share/man/man8/outrider.8", "share/bash-completion/completions/outrider", "share/zsh/site-functions/_outrider",
                 "etc/outrider/config.lua", "lib/systemd/system/outrider.service", "share/doc/outrider/licences/libh2o"):
        assert f"/{name}\n" in names, name


def test_the_rpm_asks_for_what_every_distribution_has(rpm):
    requires = subprocess.run(["rpm", "-qp", "--requires", rpm], capture_output=True, text=True, check=True).stdout
    provides = subprocess.run(["rpm", "-qp", "--provides", rpm], capture_output=True, text=True, check=True).stdout
    assert "libh2o" not in requires and "libwslay" not in requires and "libstdc++" not in requires
    for wanted in ("libssl.so.3", "libuv.so.1", "libluajit-5.1.so.2", "libsystemd.so.0", "libcap.so.2", "libc.so.6(GLIBC_2.34)"):
        assert wanted in requires, requires
    assert not re.search(r"GLIBC_2\.3[5-9]|GLIBC_2\.[4-9]\d", requires)
    for name in ("libh2o", "wslay", "gumbo-parser", "fmt", "spdlog", "cli11", "nlohmann-json", "tl-expected", "libstdc++"):
        assert f"bundled({name}) = " in provides
    assert "libh2o-evloop.so" not in provides
    assert "ExclusiveArch" not in requires


def test_rpmlint_finds_nothing(rpm):
    linted = subprocess.run(["rpmlint", "-r", SOURCE / "packaging/rpm/rpmlintrc", rpm], capture_output=True, text=True, check=False).stdout
    assert " 1 packages" in linted and " 0 errors, 0 warnings" in linted, linted


def test_the_rpm_serves_where_it_is_installed(machine, rpm):
    """--nodeps: Debian's rpm knows nothing of the libraries that its own packages brought."""
    machine.copy_in(rpm, "/tmp/outrider.rpm")
    machine.apt("install", "rpm")
    machine.run("rpm", "-i", "--nodeps", "--noplugins", "/tmp/outrider.rpm")
    assert_brings_its_own(machine, "/usr/bin/outrider", "/usr/lib/outrider")
    assert_serves_files(machine, "/usr/bin/outrider", "/usr/share/outrider/welcome")
    assert machine.run("id", "outrider").returncode == 0
    machine.run("systemctl", "start", "outrider")
    assert "Outrider is running" in machine.run("curl", "-fsS", "http://127.0.0.1:8080/").stdout
    # An upgrade keeps edits, and goes on in the same process.
    config = machine.path("/etc/outrider/config.lua")
    config.write_text(config.read_text() + "-- Edited.\n")
    supervisor, server = machine.property("outrider", "MainPID"), server_pid(machine)
    machine.run("rpm", "-U", "--nodeps", "--noplugins", "--replacepkgs", "/tmp/outrider.rpm")
    wait_until(machine.log, lambda: server_pid(machine) not in (None, server))
    assert machine.property("outrider", "MainPID") == supervisor
    assert config.read_text().endswith("-- Edited.\n")
    machine.run("rpm", "-e", "--nodeps", "outrider")
    assert "outrider" not in machine.run("ps", "-eo", "comm").stdout
    assert machine.shell("ls /usr/bin/outrider /usr/lib/systemd/system/outrider* 2>/dev/null || true") == ""
    machine.shell("rm -rf /etc/outrider /var/lib/outrider /var/log/outrider")


def test_the_portable_deb_serves_where_there_is_no_libh2o(machine, portable_deb):
    assert "+portable" in version_of(portable_deb)
    machine.copy_in(portable_deb, "/tmp/portable.deb")
    machine.apt("install", "/tmp/portable.deb")
    assert machine.run("dpkg", "-l", "libh2o-evloop0.13", check=False).returncode != 0
    assert_brings_its_own(machine, "/usr/bin/outrider", "/usr/lib/outrider")
    wait_until(machine.log, lambda: machine.run("curl", "-fsS", "http://127.0.0.1:8080/", check=False).returncode == 0)
    machine.apt("purge", "outrider")


@pytest.mark.parametrize("pattern", ["outrider_*.dsc", "outrider_*.deb"])
def test_lintian_finds_nothing(packages, pattern):
    found = list(packages.glob(pattern))
    assert found
    linted = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", *found], capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout


def test_the_sums_are_right(tar):
    assert shutil.which("sha256sum")
    subprocess.run(["sha256sum", "--quiet", "--strict", "-c", "SHA256SUMS"], cwd=tar.parent, check=True)
