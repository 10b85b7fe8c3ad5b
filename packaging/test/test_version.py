# SPDX-License-Identifier: MIT
"""packaging/version: every later commit has a version that packages' systems take for later."""
import os
import shutil
import subprocess

import pytest

from machine import SOURCE


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "packaging").mkdir()
    shutil.copy(SOURCE / "packaging/version", tmp_path / "packaging/version")
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## 0.2.0 - unreleased\n\n## 0.1.0 - 2026-01-01\n")
    return tmp_path


def git(tree, *arguments, second=0):
    date = f"2026-11-23T10:00:{second:02}Z"
    subprocess.run(["git", "-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", *arguments], cwd=tree, check=True,
                   capture_output=True, env={**os.environ, "GIT_COMMITTER_DATE": date, "GIT_AUTHOR_DATE": date})


def version(tree):
    ended = subprocess.run([tree / "packaging/version"], capture_output=True, text=True, check=False)
    return ended.stdout.strip() if ended.returncode == 0 else ended.stderr


def test_a_tree_without_git_is_the_release(tree):
    assert version(tree) == "0.2.0"


def test_versions_sort_as_commits_do(tree):
    git(tree, "init", "-q")
    versions = []
    for second, tag in enumerate((None, None, "v0.2.0-rc1", "v0.2.0")):
        git(tree, "commit", "-q", "--allow-empty", "-m", "x", second=second)
        if tag:
            git(tree, "tag", tag)
        versions.append(version(tree))
    assert versions[0].startswith("0.2.0~git20261123100000.") and versions[2:] == ["0.2.0~rc1", "0.2.0"]
    for earlier, later in zip(versions, versions[1:]):
        subprocess.run(["dpkg", "--compare-versions", earlier, "lt", later], check=True)

    git(tree, "commit", "-q", "--allow-empty", "-m", "x", second=9)
    assert "0.2.0 is released (tag v0.2.0)" in version(tree)


def test_a_checkout_that_git_refuses_is_no_release(tree):
    (tree / ".git").mkdir()
    assert "not a git repository" in version(tree)
