# SPDX-License-Identifier: MIT
"""A fresh Debian 12 with a systemd that runs, in namespaces of this machine; wants root."""
import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
WITH = "systemd,systemd-sysv,dbus,ca-certificates,curl,nghttp2-client,logrotate,procps,libssl3,libuv1,libluajit-5.1-2"
CGROUPS = pathlib.Path("/sys/fs/cgroup/unified") if pathlib.Path("/sys/fs/cgroup/unified").exists() else pathlib.Path("/sys/fs/cgroup")


def wait_until(what, condition, seconds=60):
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, f"not within {seconds} s: {what() if callable(what) else what}"
        time.sleep(0.05)


def is_base(folder):
    return (folder / "etc/outrider-base").exists()


def make_base(folder):
    """What all machines begin with; from Debian, as this machine gets its packages. Does nothing where it is there."""
    if is_base(folder):
        return
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    subprocess.run(["debootstrap", "--variant=minbase", f"--include={WITH}", "bookworm", folder], check=True, timeout=900)
    for name in ("resolv.conf", "hosts"):
        shutil.copy(f"/etc/{name}", folder / "etc" / name)
    for name in ("sources.list", "sources.list.d", "apt.conf.d"):
        if os.path.isdir(f"/etc/apt/{name}"):
            shutil.copytree(f"/etc/apt/{name}", folder / "etc/apt" / name, dirs_exist_ok=True)
    subprocess.run(["chroot", folder, "apt-get", "clean"], check=True, timeout=60)
    (folder / "etc/outrider-base").touch()


class Machine:
    def __init__(self, base):
        self.upper = pathlib.Path(tempfile.mkdtemp(prefix="outrider-machine-"))
        self.cgroup = CGROUPS / self.upper.name
        self.cgroup.mkdir()
        self.log_path = self.upper / "console.log"
        with open(self.log_path, "wb") as log:
            self.unshare = subprocess.Popen(
                ["unshare", "--mount", "--uts", "--ipc", "--pid", "--cgroup", "--net", "--fork", "--kill-child", HERE / "boot", base,
                 self.upper], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                preexec_fn=lambda: (self.cgroup / "cgroup.procs").write_text(str(os.getpid())))
        self.init = wait_until(self.log, self.find_init)
        wait_until(self.log, lambda: self.run("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded"))

    def find_init(self):
        assert self.unshare.poll() is None, f"ended with {self.unshare.returncode}:\n{self.log()}"
        children = pathlib.Path(f"/proc/{self.unshare.pid}/task/{self.unshare.pid}/children").read_text().split()
        for child in children:
            if pathlib.Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                return int(child)
        return None

    def log(self):
        return self.log_path.read_text(errors="replace")

    def run(self, *command, check=True, of_host_network=False, timeout=120, **options):
        """Runs a command in the machine, as root. Its network is the machine's, or the host's, to reach Debian."""
        network = [] if of_host_network else ["-n"]
        environment = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"]
        result = subprocess.run(
            ["nsenter", "-t", str(self.init), "-m", "-u", "-i", "-p", "-C", *network, "-r", "-w/", *environment, *map(str, command)],
            capture_output=True, text=True, timeout=timeout, check=False, **options)
        if check and result.returncode != 0:
            said = self.run("journalctl", "--no-pager", "-n", "20", check=False).stdout
            raise AssertionError(f"{command} ended with {result.returncode}:\n{result.stdout}{result.stderr}\njournal:\n{said}")
        return result

    def shell(self, script, **options):
        return self.run("sh", "-ec", script, **options).stdout

    def apt(self, *arguments, **options):
        return self.run("apt-get", "-y", "-q", *arguments, of_host_network=True, timeout=600, **options)

    def path(self, name):
        """A file of the machine, as this machine sees it."""
        return pathlib.Path(f"/proc/{self.init}/root") / str(name).lstrip("/")

    def copy_in(self, file, name):
        shutil.copy(file, self.path(name))

    def files(self):
        """Every path below what packages may write to."""
        return set(self.shell("find / -xdev \\( -path /tmp -o -path /run -o -path /proc -o -path /sys -o -path /dev "
                              "-o -path /var/log/journal -o -path /var/lib/apt -o -path /var/cache -o -path /var/lib/dpkg \\) "
                              "-prune -o -print; find /run/outrider* 2>/dev/null || true").splitlines())

    def property(self, unit, name):
        return self.run("systemctl", "show", "-P", name, unit).stdout.strip()

    def end(self):
        self.unshare.kill()
        self.unshare.wait(30)
        wait_until("the machine's processes to be gone", lambda: not (self.cgroup / "cgroup.procs").read_text(), 30)
        wait_until("its cgroups to be empty", self.removes_cgroups, 30)
        shutil.rmtree(self.upper)

    def removes_cgroups(self):
        with contextlib.suppress(OSError):  # busy, for as long as the last of its processes is being buried
            for folder in sorted((path for path in self.cgroup.rglob("*") if path.is_dir()), reverse=True):
                folder.rmdir()
            self.cgroup.rmdir()
        return not self.cgroup.exists()


def why_no_machine():
    """A sentence where this machine cannot be one for others; else None."""
    if os.geteuid() != 0:
        return "only root can start a machine"
    with tempfile.TemporaryDirectory() as folder:
        trial = (f"cd {folder} && mkdir lower upper work root && mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work root && "
                 "mount -t proc proc root && umount root && mount -t cgroup2 cgroup2 root && umount root && umount root")
        tried = subprocess.run(["unshare", "--mount", "--uts", "--ipc", "--pid", "--cgroup", "--net", "--fork", "sh", "-c", trial],
                               capture_output=True, text=True, check=False)
        if tried.returncode != 0:
            return f"what a machine of its own needs is not allowed here: {tried.stderr.strip()}"
    cgroup = CGROUPS / "outrider-trial"
    try:
        cgroup.mkdir()
        cgroup.rmdir()
    except OSError as error:
        return f"no cgroup can be made: {error}"
    return None


def version_of(package):
    return re.search(r"_([^_]+)_", pathlib.Path(package).name).group(1)


if __name__ == "__main__":
    if why := why_no_machine():
        print(why)
    else:
        make_base(pathlib.Path(sys.argv[1]))
