# SPDX-License-Identifier: MIT
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import machine as machines  # noqa: E402

PACKAGES = pathlib.Path(os.environ.get("OUTRIDER_PACKAGES", machines.SOURCE / "dist"))


def package(pattern):
    found = sorted(PACKAGES.glob(pattern))
    assert len(found) == 1, f"expected one {pattern} in {PACKAGES}, found {[path.name for path in found]}"
    return found[0]


@pytest.fixture(scope="session")
def deb():
    [found] = [path for path in PACKAGES.glob("outrider_*.deb") if "portable" not in path.name]
    return found


@pytest.fixture(scope="session")
def portable_deb():
    return package("outrider_*+portable_*.deb")


@pytest.fixture(scope="session")
def rpm():
    return package("outrider-*.rpm")


@pytest.fixture(scope="session")
def tar():
    return package("outrider-*.tar.gz")


@pytest.fixture(scope="session")
def base():
    """A Debian that no test changes. OUTRIDER_BASE names one that is kept from run to run."""
    if why := machines.why_no_machine():
        pytest.skip(why)
    kept = os.environ.get("OUTRIDER_BASE")
    folder = pathlib.Path(kept or tempfile.mkdtemp(prefix="outrider-base-"))
    folder.chmod(0o755)
    if not (folder / "usr/bin/curl").exists():
        machines.make_base(folder)
    yield folder
    if not kept:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def machine(base):
    """A machine for the tests of a file, which follow each other."""
    running = machines.Machine(base)
    yield running
    running.end()


@pytest.fixture(scope="session")
def newer(deb, tmp_path_factory):
    """The same package, as a later version with another line in the configuration that ships."""
    folder = tmp_path_factory.mktemp("newer")
    subprocess.run(["dpkg-deb", "-R", deb, folder / "tree"], check=True)
    control = folder / "tree/DEBIAN/control"
    text = control.read_text()
    version = machines.version_of(deb)
    control.write_text(text.replace(f"Version: {version}\n", f"Version: {version}+newer\n"))
    config = folder / "tree/etc/outrider/config.lua"
    config.write_text(config.read_text() + "-- A line of the newer version.\n")
    result = folder / f"outrider_{version}+newer_amd64.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", folder / "tree", result], check=True, stdout=subprocess.DEVNULL)
    return result
