# SPDX-License-Identifier: MIT
"""What a document shows of a terminal (transcript.py), held to what happens: its commands are run, in order, and print that."""
import os
import re
import selectors
import subprocess
import time

import outrider
from transcript import blocks, commands, pattern


def run_all(document, **options):
    """Runs every command of the document; returns how many there were. `options` are those of subprocess.run."""
    count = 0
    for block in blocks(document):
        for command, expected in commands(block):
            result = subprocess.run(["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                    timeout=60 * outrider.SLOWER, **options)
            printed = "".join(line.rstrip() + "\n" for line in result.stdout.decode().splitlines())
            assert re.fullmatch(pattern(expected), printed), f"$ {command}\n{printed}\nand not\n{expected}"
            count += 1
    return count


class Shell:
    """An interactive user's bash, but for the terminal: standard output and errors come as one."""

    def __init__(self, folder, path):
        environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM", "CDPATH")}
        environment.update(PATH=f"{path}:{os.environ['PATH']}", HOME=str(folder), LC_ALL="C.UTF-8")
        self.process = subprocess.Popen(["bash", "--norc"], cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, start_new_session=True)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)
        self.unread = ""

    def read_until(self, done, seconds=60 * outrider.SLOWER):
        """Reads until `done(all that was printed)`, and returns that."""
        deadline = time.monotonic() + seconds
        while not done(self.unread):
            if not self.selector.select(max(0, deadline - time.monotonic())):
                break
            read = os.read(self.process.stdout.fileno(), 65536)
            if not read:
                break
            self.unread += read.decode("utf-8", "replace")
        text, self.unread = self.unread, ""
        return text

    def type(self, line):
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def run(self, command):
        """Types it, and returns what it prints, what goes on in the background included."""
        self.type(f"{command}\necho end-of-$?-command")
        text = self.read_until(lambda text: re.search(r"end-of-\d+-command\n", text))
        text = re.sub(r"end-of-\d+-command\n", "", text)
        return "".join(line.rstrip() + "\n" for line in text.splitlines())

    def folder(self):
        return self.run("pwd").strip()

    def close(self):
        self.type("kill $(jobs -p) 2> /dev/null; wait; exit")
        self.process.stdin.close()
        try:
            self.process.wait(30)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()


def follow(document, shell):
    """Types the document: a Lua block that begins with a file's name is written into that file, the commands are run, all in one
    shell. Returns how many commands there were."""
    count = 0
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```$", document, re.M | re.S):
        named = re.match(r"-- (\S+\.lua)\n", block)
        if language == "lua" and named:
            path = os.path.join(shell.folder(), named[1])
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(block)
        for command, expected in commands(block) if language == "console" else ():
            printed = shell.run(command)
            assert re.fullmatch(pattern(expected), printed), f"$ {command}\n{printed}\nand not\n{expected}"
            count += 1
    return count
