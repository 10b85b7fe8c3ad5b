# SPDX-License-Identifier: MIT
"""What the templates of the manual pages show: files, and commands with what they print. A page's commands run in one folder,
in order; `…` stands for anything, and alone in a line for any lines."""
import os
import pathlib
import re
import subprocess

import outrider

MAN = outrider.SOURCE / "packaging/man"
BLOCK = re.compile(r"^```(\S*)\n(.*?)^```$", re.M | re.S)

# What a page's examples find: an application behind "/", assets, and the first rule.
CONFIG = """return {
  listen = { address = "127.0.0.1:0" },
  sites = {
    ["www.example.com"] = {
      rules  = "rules/*.lua",
      routes = {
        ["/"]    = { proxy = "http://127.0.0.1:9" },
        ["/css/"] = { files = "static", max_age = 3600 },
        ["/js/"]  = { files = "static", max_age = 3600 },
      },
    },
  },
  health = "/.outrider/health",
  admin = { address = "unix:admin.sock" },
}
"""
RULE = 'rule {\n  name  = "front page",\n  path  = "/",\n  hints = { style "/css/site.css" },\n}\n'
OF_A_SERVER = {"reload", "rollback", "status", "off", "on", "drain", "undrain"}


def blocks(page):
    """(word behind the fence, text) of each."""
    return BLOCK.findall(page.read_text())


def commands(text):
    """(command, expected output) of each in a console block."""
    for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected


def fits(expected, output):
    pattern = "".join("(?:.*\n)*" if line.strip() == "…" else ".*".join(map(re.escape, line.split("…"))) + "\n"
                      for line in expected.splitlines())
    return re.fullmatch(pattern, output) is not None


class Folder:
    """Where the examples of a page are."""

    def __init__(self, path):
        self.path = path
        self.unchecked = False
        self.code = 0
        for name in ("css/site.css", "js/site.js"):
            self.write(f"static/{name.split('/')[1]}", "/* */")
        for name in (path / "static").iterdir():
            os.utime(name, (1_700_000_000, 1_700_000_000))  # long enough ago to be fresh
        certificate, key = outrider.certificate(path / "tls", "www.example.com")
        certificate.rename(path / "tls/fullchain.pem")
        key.rename(path / "tls/key.pem")
        self.write("credentials/admin-token", "0123456789abcdef0123456789abcdef\n").chmod(0o600)
        self.write("credentials/tls-key", (path / "tls/key.pem").read_text()).chmod(0o600)
        self.write("config.lua", CONFIG)
        self.write("rules/shop.lua", RULE)

    def write(self, name, text):
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def show_file(self, name, text):
        if self.unchecked and (self.path / name).exists():
            self.check()
        self.write(name, text)
        self.unchecked = True

    def check(self):
        """What was shown so far loads, and its tests hold."""
        ended = outrider.run("check", "-c", self.path / "config.lua", timeout=60)
        assert ended[0] == 0, ended
        self.unchecked = False

    def show_command(self, command, expected):
        self.unchecked = False
        script = f'outrider() {{ "$OUTRIDER_BINARY" "$@"; }}; (exit {self.code}); {command}'
        environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        ended = subprocess.run(["bash", "-c", script], cwd=self.path, text=True, timeout=60, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env=environment, check=False)
        self.code = ended.returncode
        output = ended.stdout.replace(f"{self.path}/", "")
        assert fits(expected, output), f"$ {command}\n{output}\nexpected:\n{expected}"


def wants_server(page):
    return any(command.split()[1:2] and command.split()[1] in OF_A_SERVER
               for word, text in blocks(page) if word == "console" for command, _ in commands(text))


def pages():
    return sorted(MAN.glob("*.in"), key=lambda page: page.name)


def page_of(template):
    return pathlib.Path(str(template)[:-len(".in")])
