# SPDX-License-Identifier: MIT
import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "tests/wire")]

import machine as machines  # noqa: E402

PACKAGES = pathlib.Path(os.environ.get("OUTRIDER_PACKAGES", machines.SOURCE / "dist"))


def package(pattern):
    found = sorted(PACKAGES.glob(pattern))
    assert len(found) == 1, f"expected one {pattern} in {PACKAGES}, found {[path.name for path in found]}"
    return found[0]


@pytest.fixture(scope="session")
def packages():
    return PACKAGES


@pytest.fixture(scope="session")
def deb():
    [found] = [path for path in PACKAGES.glob("outrider_*.deb") if "portable" not in path.name]
    return found


@pytest.fixture(scope="session")
def version(deb):
    return machines.version_of(deb)


@pytest.fixture(scope="session")
def portable_deb():
    return package("outrider_*+portable_*.deb")


@pytest.fixture(scope="session")
def rpm():
    return package("outrider-*.rpm")


@pytest.fixture(scope="session")
def tar():
    return package("outrider-[0-9]*.tar.gz")


@pytest.fixture(scope="session")
def base():
    """A Debian that no test changes; packaging/test/run makes it."""
    if why := machines.why_no_machine():
        pytest.skip(why)
    folder = pathlib.Path(os.environ["OUTRIDER_BASE"])
    if not machines.is_base(folder):
        pytest.skip("debootstrap could make no Debian here; what it said is above")
    return folder


@pytest.fixture(scope="module")
def machine(base):
    """A machine for the tests of a file, which follow each other."""
    running = machines.Machine(base)
    yield running
    running.end()


@pytest.fixture(scope="session")
def newer(deb, tmp_path_factory):
    """The same package, as a later version with other lines in the configuration and the unit that ship."""
    folder = tmp_path_factory.mktemp("newer")
    subprocess.run(["dpkg-deb", "-R", deb, folder / "tree"], check=True)
    control = folder / "tree/DEBIAN/control"
    text = control.read_text()
    version = machines.version_of(deb)
    control.write_text(text.replace(f"Version: {version}\n", f"Version: {version}+newer\n"))
    unit = folder / "tree/lib/systemd/system/outrider.service"
    unit.write_text(unit.read_text().replace("push server\n", "push server of the newer version\n"))
    config = folder / "tree/etc/outrider/config.lua"
    config.write_text(config.read_text() + "-- A line of the newer version.\n")
    result = folder / deb.name.replace(version, f"{version}+newer")
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", folder / "tree", result], check=True, stdout=subprocess.DEVNULL)
    return result
