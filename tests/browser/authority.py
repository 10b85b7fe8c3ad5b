# SPDX-License-Identifier: MIT
"""A certificate authority of the tests' own, trusted in a private home directory's NSS database, where browsers look.

Not by --ignore-certificate-errors: Chromium then takes no preloads from a 103.
"""
import dataclasses
import os
import pathlib
import subprocess

HOST = "www.shop.test"

EXTENSIONS = """\
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = {names}
"""


@dataclasses.dataclass
class Home:
    folder: pathlib.Path
    certificate: pathlib.Path
    key: pathlib.Path

    @property
    def environment(self):
        """For a browser's process: everything that it keeps lands in this home."""
        inside = {name: str(self.folder / f".{name.lower()}") for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")}
        runtime = self.folder / ".runtime"
        runtime.mkdir(mode=0o700, exist_ok=True)
        return {**os.environ, **inside, "HOME": str(self.folder), "XDG_RUNTIME_DIR": str(runtime)}


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def new_key(name):
    return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", name]


def make_home(folder, hosts=(HOST,)):
    """Of a site with these names."""
    authority, authority_key = folder / "authority.pem", folder / "authority.key"
    certificate, key = folder / "site.pem", folder / "site.key"
    request, extensions = folder / "site.csr", folder / "extensions"
    extensions.write_text(EXTENSIONS.format(names=",".join(f"DNS:{host}" for host in hosts)))
    openssl("req", "-x509", *new_key(authority_key), "-days", "2", "-subj", "/CN=Tests' authority", "-out", authority,
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
    openssl("req", *new_key(key), "-subj", f"/CN={hosts[0]}", "-out", request)
    openssl("x509", "-req", "-in", request, "-CA", authority, "-CAkey", authority_key, "-CAcreateserial", "-days", "2",
            "-extfile", extensions, "-out", certificate)
    database = folder / ".pki" / "nssdb"
    database.mkdir(parents=True)
    for arguments in (["-N", "--empty-password"], ["-A", "-n", "tests", "-t", "C,,", "-i", authority]):
        subprocess.run(["certutil", "-d", f"sql:{database}", *arguments], check=True, capture_output=True)
    return Home(folder, certificate, key)
