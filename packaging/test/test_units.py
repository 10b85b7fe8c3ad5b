# SPDX-License-Identifier: MIT
"""What can be said of units and configuration without starting them."""
import re
import subprocess

import pytest

UNITS = ("outrider.service", "outrider@.service", "outrider.socket")


@pytest.fixture(scope="module")
def tree(deb, tmp_path_factory):
    folder = tmp_path_factory.mktemp("deb")
    subprocess.run(["dpkg-deb", "-x", deb, folder], check=True)
    return folder


def test_systemd_has_nothing_to_say_against_the_units(tree):
    units = [tree / "lib/systemd/system" / name for name in UNITS]
    said = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", f"--root={tree}", *(f"/lib/systemd/system/{name}" for name in
                          ("outrider.service", "outrider@shop.service", "outrider.socket"))], capture_output=True, text=True, check=False)
    # The tree has no other unit that these come after.
    lines = [line for line in said.stderr.splitlines() if "outrider" in line and "Failed to load" not in line]
    assert not lines, said.stderr
    assert all(unit.exists() for unit in units)


def test_its_exposure_is_ok(tree):
    said = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", tree / "lib/systemd/system/outrider.service"],
                          capture_output=True, text=True, check=False)
    level = float(re.search(r"Overall exposure level.*: ([\d.]+)", said.stdout).group(1))
    assert level <= 1.5, said.stdout


def test_the_source_package_has_what_autopkgtest_wants(packages, tmp_path):
    [description] = packages.glob("outrider_*.dsc")
    subprocess.run(["dpkg-source", "--no-check", "-x", description, tmp_path / "source"], check=True, stdout=subprocess.DEVNULL)
    debian = tmp_path / "source/debian"
    assert (debian / "tests/control").read_text().startswith("Tests: serves\n") and (debian / "tests/serves").stat().st_mode & 0o100
    assert "libh2o-evloop-dev" in (debian / "control").read_text() and "@BUILD" not in (debian / "control").read_text()


def test_no_path_of_the_build_is_in_the_program(deb, portable_deb, tmp_path):
    """Else two builds would differ; packaging/test/reproducible makes two."""
    for package in (deb, portable_deb):
        folder = tmp_path / package.name
        subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
        assert not re.search(rb"tmp\.\w{10}/", (folder / "usr/bin/outrider").read_bytes())  # packages are built in a mktemp -d


def test_every_configuration_file_is_a_conffile(deb):
    listed = subprocess.run(["dpkg-deb", "-I", deb, "conffiles"], capture_output=True, text=True, check=True).stdout.split()
    shipped = subprocess.run(["dpkg-deb", "-c", deb], capture_output=True, text=True, check=True).stdout.splitlines()
    files = {line.split()[-1].lstrip(".") for line in shipped if line.startswith("-")}
    assert {path for path in files if path.startswith("/etc/")} == set(listed)
    assert {"/etc/outrider/config.lua", "/etc/outrider/rules/default.lua"} <= set(listed)
    assert any(line.split()[-1] == "./etc/outrider/sites.d/" for line in shipped)
