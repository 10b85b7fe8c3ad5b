# SPDX-License-Identifier: MIT
"""The server as it is released, for what is measured."""
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]


def build(*dependencies):
    """Installs what the lists name and is missing (Debian 12, root or sudo) and builds; returns the program's path."""
    subprocess.run([TOP / "packaging/install-dependencies", TOP / "packaging/build-dependencies", *dependencies],
                   check=True, stdout=sys.stderr)
    if not (TOP / "build/release/build.ninja").exists():
        subprocess.run(["cmake", "--preset", "release", "-DOUTRIDER_TESTS=OFF"], cwd=TOP, check=True, stdout=sys.stderr)
    subprocess.run(["cmake", "--build", "--preset", "release", "--target", "outrider"], cwd=TOP, check=True, stdout=sys.stderr)
    return TOP / "build/release/outrider"
