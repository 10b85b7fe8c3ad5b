# SPDX-License-Identifier: MIT
"""What a document shows of a terminal: in its ```console blocks, lines that begin with a prompt are typed, and the lines below
are what they print. "…" stands for anything within a line; alone on a line, for any lines."""
import re


def blocks(document, language="console"):
    return re.findall(rf"^```{language}\n(.*?)^```$", document, re.M | re.S)


def commands(block, prompt="$"):
    """(command, what it prints) of each."""
    found = []
    for line in block.splitlines(keepends=True):
        if line.startswith(f"{prompt} "):
            found.append((line[len(prompt) + 1:].strip(), ""))
        else:
            assert found, f"a console block begins with {line!r}, which is no command"
            found[-1] = (found[-1][0], found[-1][1] + line)
    return found


def pattern(expected):
    lines = [r"(?:.*\n)*?" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + r"\n"
             for line in expected.splitlines()]
    return "".join(lines)
