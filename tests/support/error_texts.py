#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every message to an author has been looked at: finds the texts of errors in the sources and fails for those that no
golden file shows.

A text is what stands between quotes in a call that makes an error: ScriptError, failure, Problem and the Report of the
configuration. Its constant parts (between the places of what is filled in) must stand in one golden file each, in this
order. Usage: error_texts.py SOURCE-FOLDER GOLDEN-FOLDER
"""
import pathlib
import re
import sys

CALL = re.compile(r"\b(ScriptError|failure|report\.add|report\.wrong|complain)\s*\(")
STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
# What no author can provoke, or only at a price that no test is worth.
EXEMPT = {
    "the path of a unix socket begins with": "relative ones have been made absolute",
    "goes beyond the {} MiB": "wants files of 64 MiB",
    "there is no directory that may be read": "the rules' own is always one",
    'rule files such as "rules/*.lua"': "the message says what was meant instead",
    "request has ended; what is needed": "between two calls alone",
}
# A constant part that says too little to look for.
SHORTEST = 8


def call_at(text, start):
    """The call's arguments: up to the parenthesis that closes it."""
    depth, at = 1, start
    while at < len(text) and depth:
        if text[at] == '"':
            at = STRING.match(text, at).end()
            continue
        if text.startswith("//", at):
            at = text.index("\n", at)
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return text[start:at - 1]


def texts_of(arguments):
    """The string literals, those that stand side by side as one."""
    joined, end = [], None
    for match in STRING.finditer(arguments):
        literal = re.sub(r"\\(.)", lambda escape: {"n": "\n"}.get(escape[1], escape[1]), match[1])
        if end is not None and not arguments[end:match.start()].strip():
            joined[-1] += literal
        else:
            joined.append(literal)
        end = match.end()
    return joined


def parts_of(text):
    return [part for part in re.split(r"\{[^{}]*\}", text) if len(part.strip()) >= SHORTEST]


def main():
    sources, golden = map(pathlib.Path, sys.argv[1:3])
    shown = "\n".join(path.read_text() for path in sorted(golden.rglob("*.txt")))
    missing = []
    for file in sorted([*sources.glob("script/*.cc"), *sources.glob("config/*.cc")]):
        if file.name == "snapshot_file.cc":  # of files that the server itself writes
            continue
        source = file.read_text()
        for call in CALL.finditer(source):
            line = source.count("\n", 0, call.start()) + 1
            for text in texts_of(call_at(source, call.end())):
                if any(known in text for known in EXEMPT):
                    continue
                if any(part not in shown for part in parts_of(text)):
                    missing.append(f"{file.relative_to(sources)}:{line}: {text}")
    for line in missing:
        print(line)
    if missing:
        print(f"{len(missing)} messages that no golden file shows: add a case that provokes each to "
              "errors_golden_test.cc, and run that with UPDATE_GOLDEN=1")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
