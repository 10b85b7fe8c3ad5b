# SPDX-License-Identifier: MIT
"""The server at the far end of the link, its three sites, and the application behind it."""
import contextlib
import json
import pathlib
import tempfile

import outrider
import page
import upstream
from link import SERVER

DOWNLOAD, DOWNLOAD_BYTES = "download.bin", 4 << 30  # a hole: it takes no place
CHECK_HOST = "check.pageload.test"
IDLE_MS = 2_000  # longer than any pause within a load; a repeat visit finds no connection of the first one

CONFIG = """
local function site(rules)
  return { rules = rules, routes = {
    ["/"]        = { proxy = "%URL%", gzip = false },
    ["/static/"] = { files = "static", max_age = %MAX_AGE%, gzip = false },
  } }
end
return {
  workers = 1,
  listen = {
    { address = "%SERVER%:0", tls = { certificate = "tls/site.pem", key = "tls/site.key" } },
    { address = "%SERVER%:0" },
  },
  sites = {
    ["plain.pageload.test"]     = site(),
    ["inlined.pageload.test"]   = site(),
    ["delivered.pageload.test"] = site("rules/*.lua"),
    ["%CHECK%"]     = { routes = { ["/"] = { files = "check", gzip = false } } },
  },
  limits = { idle_timeout_ms = %IDLE_MS% },
  log = { access = { to = "stdout", format = "json" }, error = { level = "warning" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""


class Sites:
    """`with Sites(link, home) as sites:`; what `plain_port` answers to is unencrypted, for checking the link."""

    def __init__(self, link, home):
        self.home = home
        outrider.BINARY = link.behind(outrider.BINARY)

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="outrider-pageload-server.")))
            application = upstream.Application(page.answer, unix=folder / "application.sock")
            stack.callback(application.stop)
            config = CONFIG
            values = {"URL": application.url, "SERVER": SERVER, "CHECK": CHECK_HOST, "MAX_AGE": page.MAX_AGE_S, "IDLE_MS": IDLE_MS}
            for word, value in values.items():
                config = config.replace(f"%{word}%", str(value))
            files = {"static/" + name: data for name, data in page.ASSETS.items()}
            self.server = outrider.Server(folder / "server", config, files={
                **files, "rules/page.lua": page.RULE, "check/" + DOWNLOAD: b"",
                "tls/site.pem": self.home.certificate.read_bytes(), "tls/site.key": self.home.key.read_bytes()})
            with open(self.server.folder / "check" / DOWNLOAD, "r+b") as file:
                file.truncate(DOWNLOAD_BYTES)
            stack.callback(self.end)
            self.server.start()
            self.port, self.plain_port = self.server.port(0), self.server.port(1)
            self.log = open(self.server.output_path, encoding="utf-8")
            stack.callback(self.log.close)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *problem):
        return self.stack.__exit__(*problem)

    def end(self):
        """As it must be, also after a failure: no server outlives the measurement."""
        if self.server.process is None:
            return
        process = self.server.process
        try:
            self.server.stop()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    def url(self, variant, think_ms):
        return f"https://{page.host(variant)}:{self.port}{page.path(think_ms)}"

    def accepted(self):
        """Connections so far."""
        return sum(value for name, value in self.server.metrics().items() if name.startswith("outrider_connections_total"))

    def wait_for_no_connection(self):
        outrider.wait_until("all idle connections closed", lambda: self.server.live()["connections"] == 0, 60)

    def requests(self):
        """What the access log has got since the last call, as objects."""
        lines = []
        while (line := self.log.readline()).endswith("\n"):
            if line.startswith("{"):
                lines.append(json.loads(line))
        return lines
