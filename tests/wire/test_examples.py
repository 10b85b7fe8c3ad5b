# SPDX-License-Identifier: MIT
"""The example that the README begins with, and the configuration that it shows."""
import os
import re
import shutil
import signal
import socket
import subprocess

import outrider
from h2client import Client
from outrider import wait_until


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def test_hello(tmp_path):
    folder = tmp_path / "hello"
    shutil.copytree(outrider.SOURCE / "examples/hello", folder, ignore=shutil.ignore_patterns(".outrider"))
    outrider.certificate(folder / ".outrider", "localhost")
    port = free_port()
    errors = open(tmp_path / "errors.log", "w+b")
    process = subprocess.Popen([outrider.BINARY, "run", "-c", folder / "config.lua", "--state-dir", tmp_path / "state"], stdout=subprocess.PIPE, stderr=errors,
                               env={**os.environ, "OUTRIDER_PORT": str(port)})
    try:
        wait_until("a listening port", lambda: process.poll() is not None or can_connect(port), outrider.READY_SECONDS)
        with Client(("127.0.0.1", port), tls=True) as client:
            assert client.pushed_paths(client.get("/")) == ["/css/site.css", "/js/site.js", "/img/horse.svg"]
            assert client.get("/hello/world.html").status == 200
        # What the README says of an edit, and of a typo.
        rules = folder / "rules/hello.lua"
        good = rules.read_text()
        rules.write_text(good.replace("hints = { style", "hint = { style"))
        line = next(i for i, text in enumerate(rules.read_text().splitlines(), 1) if "hint = " in text)
        expected = f'hello.lua:{line}: rule "front page": unknown key "hint"; did you mean "hints"?'
        wait_until(f"{expected} in the log", lambda: expected in (tmp_path / "errors.log").read_text())
        rules.write_text(good.replace("/js/site.js", "/js/other.js"))
        wait_until("generation 3", lambda: "generation 3" in (tmp_path / "errors.log").read_text())  # 2 was the typo
        with Client(("127.0.0.1", port), tls=True, push=False) as client:
            assert "</js/other.js>; rel=preload; as=script" in client.get("/").all("link")
    finally:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert b'"GET / HTTP/2" 200' in output and b"push=3" in output


def can_connect(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def test_the_configuration_in_the_readme(tmp_path):
    text = (outrider.SOURCE / "README.md").read_text()
    config = next(block for block in re.findall(r"```lua\n(.*?)```", text, re.S) if block.startswith("return"))
    rules = next(block for block in re.findall(r"```lua\n(.*?)```", text, re.S) if "rules/shop.lua" in block)
    outrider.certificate(tmp_path / "tls", "fullchain")
    (tmp_path / "tls/fullchain.key").rename(tmp_path / "tls/key.pem")
    for folder in ("srv/www/static", "srv/app", "srv/blog", "rules"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "rules/shop.lua").write_text(rules)
    (tmp_path / "config.lua").write_text(config.replace('"/srv/', f'"{tmp_path}/srv/'))
    code, out, said = outrider.run("check", "-c", tmp_path / "config.lua")
    assert code == 0, said
    assert "2 rules" in out
