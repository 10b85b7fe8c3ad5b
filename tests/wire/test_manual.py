# SPDX-License-Identifier: MIT
"""What the README says is typed is typed, in its order, and prints what it says."""
import re

import pytest

import console
import example
import outrider

README = outrider.SOURCE / "README.md"
# What other tests do, or the run that this is a part of.
ELSEWHERE = {"./examples/hello/run", "./tests/run", "packaging/release", "packaging/install-dependencies packaging/build-dependencies",
             "cmake --preset release -DOUTRIDER_TESTS=OFF && cmake --build --preset release"}


@pytest.fixture
def shell(tmp_path):
    one = console.Shell(tmp_path, outrider.BINARY.resolve().parent)
    yield one
    one.close()


def test_the_readme(shell):
    [port] = example.free_ports(1)
    assert console.follow(README.read_text().replace("8080", str(port)), shell) > 10


def test_no_command_is_only_shown():
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```$", README.read_text(), re.M | re.S):
        if language == "sh":
            assert {line.partition("#")[0].strip() for line in block.splitlines()} <= ELSEWHERE | {""}
        elif language not in ("console", "root", "user"):  # packaging/test types the latter
            assert not any(line.startswith("$ ") for line in block.splitlines()), block
