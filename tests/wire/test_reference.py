# SPDX-License-Identifier: MIT
"""The manual pages and what editors know of the Lua API: they are what the program prints of its own tables, they are
well-formed, and what they show is true. UPDATE_GOLDEN=1 writes the files anew."""
import os
import pty
import re
import select
import subprocess
import time

import pytest

import manual
import outrider

META = outrider.SOURCE / "rules/meta"
COMPLETIONS = outrider.SOURCE / "packaging/completions"
PAGES = manual.pages()
COMMANDS = re.findall(r"^  (\w+) ", outrider.run("--help", timeout=60)[1], re.M)


def reference(what):
    code, text, errors = outrider.run("print-reference", what, timeout=60)
    assert code == 0, errors
    return text


def assert_printed(file, what):
    text = reference(what)
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text)
    assert file.read_text() == text, f"UPDATE_GOLDEN=1 writes {file} anew"


@pytest.mark.parametrize("template", PAGES, ids=lambda page: page.name)
def test_page(template):
    page = manual.page_of(template)
    assert_printed(page, template)
    linted = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page], capture_output=True, text=True,
                            timeout=60, check=True)
    assert linted.stderr == ""


@pytest.mark.parametrize("template", PAGES, ids=lambda page: page.name)
def test_examples(template, tmp_path, serve):
    folder = manual.Folder(tmp_path)
    if manual.wants_server(template):
        serve(manual.CONFIG.replace("unix:admin.sock", "unix:%TMP%/admin.sock"), arguments=["--state-dir", str(tmp_path / "state")])
    for word, text in manual.blocks(template):
        assert word, f"a block without a name: {text}"
        if word == "console":
            for command, expected in manual.commands(text):
                folder.show_command(command, expected)
            continue
        folder.show_file(word, text)
        assert max(map(len, text.splitlines())) <= 73, f"{word} is wider than a page of 80 columns"
    if folder.unchecked:
        folder.check()


def test_every_command_has_a_page():
    pages = {manual.page_of(template).name.rsplit(".", 1)[0] for template in PAGES}
    assert {f"outrider-{command}" for command in COMMANDS} <= pages


def test_see_also_names_pages_that_exist():
    names = {manual.page_of(template).name for template in PAGES}
    for template in PAGES:
        for name, section in re.findall(r"`(outrider[\w.-]*)`\((\d)\)", template.read_text()):
            assert f"{name}.{section}" in names, f"{template.name}: {name}({section})"


def test_the_command_is_hidden_and_says_what_is_wrong(tmp_path):
    assert "print-reference" not in outrider.run("--help", timeout=60)[1]
    assert outrider.run("print-reference", tmp_path / "none", timeout=60) == (
        1, "", f"outrider print-reference: cannot read {tmp_path}/none\n")
    (tmp_path / "page.in").write_text("outrider-x(1) - x\n{{options nothing}}\n")
    code, _, errors = outrider.run("print-reference", tmp_path / "page.in", timeout=60)
    assert code == 1 and "page.in: line 2: expected the name of a table" in errors


def test_meta():
    assert_printed(META / "outrider.lua", "meta")


def test_luacheck_config():
    assert_printed(META / "luacheckrc", "luacheck")


def test_luacheck():
    """All Lua that ships sees no name but those of the API."""
    subprocess.run(["luacheck", "--no-color", "-q", "--config", META / "luacheckrc", "rules", "examples"], cwd=outrider.SOURCE,
                   timeout=120, check=True)


@pytest.mark.parametrize("name, text, found", [
    ("rules/a.lua", 'rule { hints = { styl "/a.css" } }', "undefined variable 'styl'"),
    ("rules/a.lua", "io.open('x')", "undefined variable 'io'"),
    ("rules/a.lua", "files.raed 'x'", "undefined field 'raed' of global 'files'"),
    ("rules/a.lua", "expect(1)", "undefined variable 'expect'"),
    ("rules/a.test.lua", "expect(request{}).hints{}", ""),
    ("config.lua", "rule {}", "undefined variable 'rule'"),
    ("config.lua", "return { listen = env 'X' }", ""),
])
def test_luacheck_knows_what_each_file_sees(tmp_path, name, text, found):
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text + "\n")
    checked = subprocess.run(["luacheck", "--no-color", "--config", META / "luacheckrc", name], cwd=tmp_path, capture_output=True,
                             text=True, timeout=120, check=False)
    assert (found in checked.stdout) if found else checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("shell, name", [("bash", "outrider.bash"), ("zsh", "_outrider")])
def test_completion_is_printed(shell, name):
    assert_printed(COMPLETIONS / name, shell)


COMPLETED = [
    ("che", ["check"]),
    ("--v", ["--version"]),
    ("check --ur", ["--urls"]),
    ("check --ignore asset_m", ["asset_missing"]),
    ("explain --client fire", ["firefox"]),
    ("off --delivery ea", ["early_hints"]),
    ("replay --fail-on err", ["errors"]),
    ("run -c conf", ["config.lua"]),
    ("run --files ww", ["www"]),
    ("replay acc", ["access.log"]),
]


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "www").mkdir()
    for name in ("config.lua", "access.log"):
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize("typed, expected", COMPLETED, ids=[typed for typed, _ in COMPLETED])
def test_bash_completes(shop, typed, expected):
    script = ("source $0; COMP_WORDS=(outrider $1); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _outrider 2>/dev/null\n"
              "printf '%s\\n' \"${COMPREPLY[@]}\"")
    done = subprocess.run(["bash", "-c", script, COMPLETIONS / "outrider.bash", typed], cwd=shop, capture_output=True, text=True,
                          timeout=60, check=True)
    assert done.stdout.split() == expected and done.stderr == ""


def test_zsh_completes(shop):
    """In a real one, at a terminal: Tab completes, Ctrl-X shows the line."""
    main, terminal = pty.openpty()
    zsh = subprocess.Popen(["zsh", "-f", "-i"], cwd=shop, stdin=terminal, stdout=terminal, stderr=terminal, close_fds=True,
                           start_new_session=True, env={**os.environ, "TERM": "dumb", "HOME": str(shop)})
    os.close(terminal)
    seen = bytearray()

    def say(text, wanted):
        os.write(main, text.encode())
        deadline = time.monotonic() + 60
        while wanted.encode() not in seen:
            assert time.monotonic() < deadline, f"{wanted!r} after {text!r}: {seen.decode(errors='replace')}"
            if select.select([main], [], [], 1)[0]:
                seen.extend(os.read(main, 65536))
        seen.clear()

    try:
        say(f"fpath=({COMPLETIONS} $fpath); autoload -Uz compinit && compinit -D -u\n"
            "show() { zle -I; print -r -- \"<$BUFFER>\"; BUFFER= }; zle -N show; bindkey '^X' show; print rea''dy\n", "ready\r\n")
        for typed, [expected] in COMPLETED:
            before, _, _ = typed.rpartition(" ")
            say(f"outrider {typed}\t\x18", f"<outrider {before + ' ' if before else ''}{expected}")
    finally:
        zsh.kill()
        zsh.wait()
        os.close(main)
