# SPDX-License-Identifier: MIT
"""The README's section on installing, typed: each of its ```root and ```user blocks on a machine that is fresh."""
import re

import pytest

import transcript
from machine import SOURCE, Machine, wait_until

SECTION = re.search(r"^## Install it\n.*?^## ", (SOURCE / "README.md").read_text(), re.M | re.S).group(0)
BLOCKS = {re.search(r"outrider[^\s/]*VERSION\S*?(?=[\s/])", block).group(0): (user, block)
          for user in ("root", "user") for block in transcript.blocks(SECTION, user)}
FOLDER = "/srv/dist"


@pytest.fixture
def fresh(base, packages):
    machine = Machine(base)
    machine.shell(f"mkdir -m 777 {FOLDER}")
    for package in packages.glob("outrider*"):
        machine.copy_in(package, f"{FOLDER}/{package.name}")
    yield machine
    machine.end()


def serves(machine, url):
    return "Outrider is running" in machine.run("curl", "-fsSk", url, check=False).stdout


def typed(machine, user, command):
    """Runs it as the README has it, but for what this Debian cannot do."""
    if command.startswith("dnf install"):
        # Debian's rpm knows nothing of the libraries that its own packages brought.
        command = command.replace("dnf install -y", "rpm -i --nodeps")
        machine.apt("install", "rpm")
    become = [] if user == "root" else ["runuser", "-u", "nobody", "--"]
    ended = machine.run(*become, "sh", "-c", f"cd {FOLDER}; exec 2>&1; {command}", of_host_network=command.startswith("apt-get "), timeout=300)
    return "".join(line.rstrip() + "\n" for line in ended.stdout.splitlines())


@pytest.mark.parametrize("name", BLOCKS)
def test_the_readme(name, fresh, version):
    user, block = BLOCKS[name]
    for command, expected in transcript.commands(block.replace("VERSION", version), "#" if user == "root" else "$"):
        if " run --files " in command:
            serves_until_stopped(fresh, command)
            continue
        printed = typed(fresh, user, command)
        assert re.fullmatch(transcript.pattern(expected), printed), f"{command}\n{printed}\nand not\n{expected}"
        if command.startswith("apt-get "):
            wait_until(fresh.log, lambda: serves(fresh, "http://127.0.0.1:8080/"))
    assert serves(fresh, "https://127.0.0.1:8443/")


def serves_until_stopped(machine, command):
    """In the background, until the machine's end; as a user."""
    machine.run("systemd-run", "--unit=typed", "-p", f"WorkingDirectory={FOLDER}", "-p", "User=nobody", "-p", f"Environment=HOME={FOLDER}",
                "sh", "-c", f"exec {command}")
    wait_until(lambda: machine.run("journalctl", "-u", "typed", "--no-pager").stdout, lambda: serves(machine, "https://127.0.0.1:8443/"))
