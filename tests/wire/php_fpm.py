# SPDX-License-Identifier: MIT
"""Debian's PHP-FPM on a unix socket of its own, with two children and nothing of the machine's pools."""
import glob
import os
import pathlib
import shutil
import signal
import socket
import subprocess

from outrider import wait_until

SITE = pathlib.Path(__file__).with_name("php")

CONFIG = """
[global]
error_log = {folder}/fpm.log
daemonize = no
log_limit = 8192

[tests]
listen = {folder}/php.sock
{accounts}
pm = static
pm.max_children = 2
clear_env = no
php_admin_value[output_buffering] = 0
php_admin_value[upload_max_filesize] = 8M
php_admin_value[post_max_size] = 9M
php_admin_value[error_log] = ""
php_admin_flag[log_errors] = on
php_admin_flag[display_errors] = off
"""
AS_ROOT = "user = root\ngroup = root"


def binary():
    """The newest /usr/sbin/php-fpm8.2, php-fpm8.3 …"""
    found = sorted(glob.glob("/usr/sbin/php-fpm*"))
    assert found, "php-fpm is not installed (Debian's package php-fpm)"
    return found[-1]


class Fpm:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.socket = self.folder / "php.sock"
        self.config = self.folder / "fpm.conf"
        self.process = None
        root = os.geteuid() == 0
        self.config.write_text(CONFIG.format(folder=self.folder, accounts=AS_ROOT if root else ""))
        self.arguments = ["--allow-to-run-as-root"] if root else []

    def start(self):
        with open(self.folder / "fpm.out", "ab") as output:
            # It ends with the test run, whatever ends that.
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", binary(), "--nodaemonize", *self.arguments, "--fpm-config", self.config],
                stdout=output, stderr=output)
        wait_until(lambda: f"PHP-FPM ready:\n{self.log()}", self.is_ready)
        return self

    def is_ready(self):
        assert self.process.poll() is None, f"PHP-FPM ended:\n{self.log()}"
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.socket)) == 0

    def log(self):
        return "".join(path.read_text(errors="replace") for path in (self.folder / "fpm.out", self.folder / "fpm.log") if path.exists())

    def stop(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None


def lay_out(folder):
    """A copy of the site below `folder`, with a link that leads out of it; returns its root."""
    folder = pathlib.Path(folder)
    root = folder / "www"
    shutil.copytree(SITE, root)
    (folder / "outside.php").write_text("<?php echo 'outside ran';")
    (root / "escape.php").symlink_to(folder / "outside.php")
    return root


RULES = """
rule { name = "thinking", path = "/act.php", when = { query = { ["do"] = "think" } }, hints = { style "/static/app.css", script "/static/app.js" } }
"""
SERVER_CONFIG = """
return {
  workers = %WORKERS%,
  listen = {
    { address = "127.0.0.1:0" },
    { address = "127.0.0.1:0", tls = { certificate = "tls/localhost.pem", key = "tls/localhost.key" } },
  },
  sites = { ["*"] = { rules = "rules/*.lua", routes = {
    ["/"] = { fastcgi = "unix:%FPM%", root = "%ROOT%", deny = { "/uploads/*.php" }, max_age = 60 },
    ["/impatient/"] = { fastcgi = { servers = "unix:%FPM%", first_byte_timeout_ms = 300 }, root = "%ROOT%" },
    ["/down/"] = { fastcgi = "unix:%TMP%/nobody.sock", root = "%ROOT%" },
    ["/tree/"] = { files = "%ROOT%/.." },
    ["/tree/www/"] = { fastcgi = "unix:%FPM%", root = "%ROOT%" },
    ["/small/"] = { fastcgi = "unix:%FPM%", root = "%ROOT%", max_body_bytes = 1000 },
  } } },
  log = { access = { to = "stdout", format = "json" } },
  admin = { address = "unix:%TMP%/admin.sock" },
}
"""


def server_config(fpm, root, workers=1):
    """The configuration of a server in front of the site at `root`, in plaintext and with TLS."""
    return SERVER_CONFIG.replace("%FPM%", str(fpm.socket)).replace("%ROOT%", str(root)).replace("%WORKERS%", str(workers))
