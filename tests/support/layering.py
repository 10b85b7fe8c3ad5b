#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads the includes below src and fails on an arrow that points up, or on a foreign header outside its folder.

src/README.md draws the layers; this file is the same picture as data. Run with --self-test to see it fail on purpose.
"""
import pathlib
import re
import sys

ALLOWED = {
    "base": set(),
    "push": {"base"},
    "config": {"push", "base"},
    "script": {"push", "base"},
    "observe": {"push", "base"},
    "tls": {"base"},
    "uv": {"base"},
    "fetch": {"base"},
    "http": {"tls", "config", "push", "base"},
    "app": {"http", "script", "config", "observe", "tls", "uv", "fetch", "push", "base"},
    ".": {"app", "base"},
}

# header pattern -> the folders that may include it
FOREIGN = [
    (re.compile(r"^(h2o\.h|h2o/|picohttpparser)"), {"http"}),
    (re.compile(r"^(lua\.hpp|lua\.h|lauxlib\.h|lualib\.h|luajit\.h)$"), {"script"}),
    (re.compile(r"^gumbo\.h$"), {"script"}),
    (re.compile(r"^uv\.h$"), {"uv"}),
    (re.compile(r"^curl/"), {"fetch"}),
    # libh2o's own header includes openssl/ssl.h; script only hashes with it.
    (re.compile(r"^openssl/"), {"tls"}),
    (re.compile(r"^openssl/(sha|evp)\.h$"), {"tls", "script"}),
    (re.compile(r"^spdlog/"), {"base"}),
    (re.compile(r"^CLI/"), {"app", "."}),
    (re.compile(r"^nlohmann/"), {"script", "app", "observe"}),
    (re.compile(r"^systemd/"), {"app"}),
]

# src/push is the domain: the standard library and base alone.
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')
STANDARD = re.compile(r"^[a-z_0-9]+$")


def problems(root):
    for path in sorted(root.rglob("*")):
        if path.suffix not in (".h", ".cc"):
            continue
        relative = path.relative_to(root)
        folder = relative.parts[0] if len(relative.parts) > 1 else "."
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            where = f"src/{relative}:{number}"
            own, foreign = match.groups()
            if own:
                target = own.split("/")[0] if "/" in own else "."
                if target != folder and target not in ALLOWED[folder]:
                    yield f'{where}: src/{folder} may not include "{own}"; it may include {sorted(ALLOWED[folder])}'
                continue
            homes = [folders for pattern, folders in FOREIGN if pattern.match(foreign)]
            if homes and not any(folder in folders for folders in homes):
                allowed = sorted(set().union(*homes))
                yield f"{where}: <{foreign}> belongs in {['src/' + home for home in allowed]}"
            elif folder == "push" and not STANDARD.match(foreign):
                yield f"{where}: src/push includes the standard library and base alone, not <{foreign}>"


def self_test(root):
    """Each broken line below must be found."""
    import tempfile

    broken = {
        "push/a.cc": '#include "http/frontend.h"',
        "script/b.cc": '#include "http/frontend.h"',
        "app/c.cc": "#include <h2o.h>",
        "config/d.cc": "#include <lua.hpp>",
        "push/e.cc": "#include <fmt/format.h>",
        "http/f.cc": "#include <uv.h>",
        "app/g.cc": "#include <curl/curl.h>",
    }
    with tempfile.TemporaryDirectory() as directory:
        for name, line in broken.items():
            path = pathlib.Path(directory, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(line + "\n")
        found = list(problems(pathlib.Path(directory)))
        missed = [name for name in broken if not any(name in problem for problem in found)]
    if missed:
        sys.exit(f"layering: self test: these went unnoticed: {missed}")


def main():
    root = pathlib.Path(sys.argv[1])
    self_test(root)
    found = list(problems(root))
    for problem in found:
        print(problem)
    print(f"layering: {len(found)} problems")
    sys.exit(1 if found else 0)


main()
