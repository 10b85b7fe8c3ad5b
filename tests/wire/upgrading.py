# SPDX-License-Identifier: MIT
"""A server under its supervisor, and new binaries in its place."""
import signal

from outrider import wait_until

CONFIG = """
return {
  workers = 2,
  listen = { { address = "%ADDRESS%" }, { address = "unix:%TMP%/web.sock" } },
  sites = { ["*"] = { routes = { ["/"] = { files = "www" }, ["/app/"] = { proxy = "%URL%" } } } },
  limits = { shutdown_timeout_ms = 3000 },
  log = { access = { to = "%TMP%/access.log" }, error = { to = "%TMP%/server.log" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""
FILES = {"www/index.html": "page"}


def config(url="http://127.0.0.1:1", address="127.0.0.1:0"):
    return CONFIG.replace("%URL%", url).replace("%ADDRESS%", address)


def upgrade(server):
    """SIGUSR2, until another process serves; its id."""
    before = server.server_pid()
    server.process.send_signal(signal.SIGUSR2)
    wait_until(lambda: f"another server; the log:\n{server.log()}",
               lambda: server.ready_pid() not in (None, before), 30)
    return server.server_pid()


def sabotaged(server, real):
    """A program that passes its trial, and whose server then finds no files that it could start with."""
    return f"""#!/bin/sh
if [ "$1" = run ]; then rm -rf {server.folder}/state; echo 'return {{' >{server.config}; fi
exec {real} "$@"
"""
