# SPDX-License-Identifier: MIT
"""The Debian package on a Debian 12 whose systemd runs, from its installation to its purge. The tests follow each other,
on one machine."""
import json
import re
import subprocess

import pytest

from machine import SOURCE, wait_until

CONFIG = "/etc/outrider/config.lua"
PAGE = "http://127.0.0.1:8080/"


@pytest.fixture(scope="module", autouse=True)
def installed(machine, deb):
    before = machine.files()
    machine.copy_in(deb, "/tmp/outrider.deb")
    machine.apt("install", "/tmp/outrider.deb")
    wait_until(machine.log, lambda: serves(machine))
    yield before


def serves(machine):
    return machine.run("curl", "-fsS", PAGE, check=False).returncode == 0


def fetched(machine, *arguments):
    return machine.run("curl", "-fsS", *arguments).stdout


def main_pid(machine, unit="outrider"):
    return int(machine.property(unit, "MainPID"))


def processes(machine):
    """The servers, whatever became of their program."""
    return [line for line in machine.run("ps", "-eo", "comm").stdout.splitlines() if "outrider" in line]


def status(machine):
    return json.loads(machine.run("outrider", "status", "--json").stdout)


def of_process(machine, pid, name):
    return machine.shell(f"sed -n 's/^{name}:[[:space:]]*//p' /proc/{pid}/status").split()


def journal(machine):
    return machine.run("journalctl", "-u", "outrider", "--no-pager", "-o", "cat").stdout


def test_it_serves_a_page_and_a_hint_at_once(machine):
    assert machine.run("systemctl", "is-active", "outrider").stdout == "active\n"
    assert "Outrider is running" in fetched(machine, "--http2-prior-knowledge", PAGE)
    pushed = machine.run("nghttp", "-ns", PAGE).stdout
    assert any("*" in line and line.endswith("/welcome.css") for line in pushed.splitlines()), pushed
    assert "link: </welcome.css>; rel=preload; as=style" in fetched(machine, "-D-", "-o/dev/null", "--http2-prior-knowledge", PAGE)
    assert "Outrider is running" in fetched(machine, "-k", "https://127.0.0.1:8443/")
    listening = machine.shell("cat /proc/net/tcp /proc/net/tcp6")
    assert all(line.split()[1].startswith("0100007F:") for line in listening.splitlines() if line.split()[3:4] == ["0A"])


def test_its_own_autopkgtest_passes(machine):
    machine.copy_in(SOURCE / "packaging/debian/tests/serves", "/tmp/serves")
    machine.run("sh", "/tmp/serves")


def test_its_certificate_is_of_this_machine_alone(machine):
    key = "/var/lib/outrider/self-signed-key.pem"
    assert machine.run("stat", "-c", "%U %a", key).stdout == "outrider 600\n"
    assert not [line for line in machine.run("dpkg", "-L", "outrider").stdout.splitlines() if line.endswith(".pem")]


def test_it_runs_as_its_user_with_next_to_nothing(machine):
    uid = machine.run("id", "-u", "outrider").stdout.strip()
    server = status(machine)["pid"]
    for pid, capabilities in ((main_pid(machine), 1 << 10), (server, 0)):
        assert set(of_process(machine, pid, "Uid")) == {uid}
        assert int(of_process(machine, pid, "CapEff")[0], 16) == capabilities
        assert of_process(machine, pid, "NoNewPrivs") == ["1"]
        assert of_process(machine, pid, "Seccomp") == ["2"]
    exposure = machine.run("systemd-analyze", "security", "--no-pager", "outrider.service", check=False).stdout
    level = float(re.search(r"Overall exposure level.*: ([\d.]+)", exposure).group(1))
    assert level <= 1.5, exposure


def test_what_operators_ask_is_answered(machine):
    assert "fine: 1 site, 1 rule" in machine.run("outrider", "check").stdout
    assert "push        style      /welcome.css" in machine.run("outrider", "explain", "--client", "nghttp", "/").stdout
    assert "0 failed" in machine.run("outrider", "test").stdout
    assert machine.run("man", "-w", "outrider.conf", check=False).returncode in (0, 127)  # a small Debian has no man
    # The server's own group may ask, and nobody else.
    assert machine.run("runuser", "-u", "nobody", "--", "outrider", "status", check=False).returncode == 4
    assert machine.run("runuser", "-u", "nobody", "-g", "outrider", "--", "outrider", "status").returncode == 0


def test_a_broken_rule_is_refused_with_its_line(machine):
    rule = "/etc/outrider/rules/extra.lua"
    machine.path(rule).write_text('rule { name = "extra", path = "/", hints = { "/a.css" },\n  finall = true }\n')
    refused = machine.run("systemctl", "reload", "outrider", check=False)
    assert refused.returncode != 0
    assert f"{rule}:2" in journal(machine) and 'did you mean "final"?' in journal(machine)
    assert serves(machine) and status(machine)["generation"] == 1
    machine.path(rule).unlink()
    assert machine.run("systemctl", "reload", "outrider").returncode == 0


def test_a_low_port_is_opened_by_a_reload(machine):
    file = machine.path(CONFIG)
    file.write_text(file.read_text().replace('{ address = "127.0.0.1:8080" },', '{ address = "127.0.0.1:8080" }, { address = "127.0.0.1:80" },'))
    machine.run("systemctl", "reload", "outrider")
    assert "Outrider is running" in fetched(machine, "http://127.0.0.1/")


def serial(machine):
    return machine.shell("openssl s_client -connect 127.0.0.1:8443 </dev/null 2>/dev/null | openssl x509 -noout -serial")


def renewed(machine, hook):
    """What certbot does: a new pair for root alone, and then the hook."""
    lineage = "/etc/letsencrypt/live/www.example.com"
    machine.shell(f"umask 077; mkdir -p {lineage}; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 "
                  f"-subj /CN=www.example.com -keyout {lineage}/privkey.pem -out {lineage}/fullchain.pem 2>/dev/null")
    machine.run("env", f"RENEWED_LINEAGE={lineage}", "sh", "-c", hook)
    return machine.shell(f"openssl x509 -noout -serial -in {lineage}/fullchain.pem")


def test_certificates_of_certbot_are_taken_as_they_come(machine):
    hook = re.search(r"^  #!/bin/sh\n(.*?)^$", machine.path("/usr/share/doc/outrider/README.Debian").read_text(), re.M | re.S).group(0)
    first = renewed(machine, hook)
    file = machine.path(CONFIG)
    as_shipped = file.read_text()
    own = '{ certificate = "/etc/outrider/tls/www.example.com.pem", key = "/etc/outrider/tls/www.example.com.key" }'
    file.write_text(as_shipped.replace("{ self_signed = true }", own))
    machine.run("systemctl", "reload", "outrider")
    assert serial(machine) == first
    before = main_pid(machine), status(machine)["pid"]
    second = renewed(machine, hook)
    assert second != first
    wait_until(machine.log, lambda: serial(machine) == second)
    assert (main_pid(machine), status(machine)["pid"]) == before
    assert machine.run("stat", "-c", "%U %G %a", "/etc/outrider/tls/www.example.com.key").stdout == "root outrider 640\n"
    machine.shell("rm -r /etc/letsencrypt /etc/outrider/tls")
    file.write_text(as_shipped)
    machine.run("systemctl", "reload", "outrider")
    assert serial(machine) != second


def test_a_key_can_be_a_credential_of_systemd(machine):
    expected = renewed(machine, "true")
    machine.shell("mkdir -p /etc/systemd/system/outrider.service.d; install -m 644 /etc/letsencrypt/live/www.example.com/fullchain.pem /etc/outrider")
    drop_in = machine.path("/etc/systemd/system/outrider.service.d/key.conf")
    drop_in.write_text("[Service]\nLoadCredential=tls-key:/etc/letsencrypt/live/www.example.com/privkey.pem\n")
    file = machine.path(CONFIG)
    as_shipped = file.read_text()
    file.write_text(as_shipped.replace("{ self_signed = true }", '{ certificate = "fullchain.pem", key = credential "tls-key" }'))
    machine.shell("systemctl daemon-reload; systemctl restart outrider")
    assert serial(machine) == expected
    machine.run("systemctl", "reload", "outrider")
    machine.run("env", "CREDENTIALS_DIRECTORY=/run/credentials/outrider.service", "outrider", "check")
    drop_in.unlink()
    file.write_text(as_shipped)
    machine.shell("rm -r /etc/letsencrypt /etc/outrider/fullchain.pem; systemctl daemon-reload; systemctl restart outrider")
    assert serves(machine)


def test_the_log_is_rotated(machine):
    log = "/var/log/outrider/access.log"
    assert machine.run("stat", "-c", "%U %G %a", log).stdout == "outrider outrider 640\n"
    # Not even a reload that goes on keeps it from that.
    slow = machine.path("/etc/outrider/rules/slow.test.lua")
    slow.write_text("local n = 0; for i = 1, 3e7 do n = n + i % 7 end\n")
    machine.run("systemctl", "reload", "--no-block", "outrider")
    wait_until("the reload", lambda: machine.property("outrider", "ActiveState") == "reloading")
    machine.run("logrotate", "-f", "/etc/logrotate.d/outrider")
    slow.unlink()
    fetched(machine, PAGE + "?after-rotation")
    wait_until("a line in the new file", lambda: "after-rotation" in machine.path(log).read_text())
    assert "after-rotation" not in machine.path(log + ".1").read_text()


def test_an_upgrade_keeps_edits_and_connections(machine, newer):
    before, server = main_pid(machine), status(machine)["pid"]
    machine.path("/usr/share/outrider/welcome/large").write_bytes(b"x" * 3_000_000)
    machine.copy_in(newer, "/tmp/newer.deb")
    machine.run("systemd-run", "--unit=slow-download", "curl", "-fsS", "--limit-rate", "500k", "http://127.0.0.1/large", "-o", "/tmp/large")
    wait_until("the download's beginning", lambda: machine.path("/tmp/large").exists())
    machine.apt("install", "-o", "Dpkg::Options::=--force-confold", "/tmp/newer.deb")
    wait_until(lambda: journal(machine), lambda: serves(machine) and status(machine)["pid"] != server)
    assert main_pid(machine) == before
    for pid in (before, status(machine)["pid"]):
        assert machine.run("readlink", f"/proc/{pid}/exe").stdout == "/usr/bin/outrider\n"
    text = machine.path(CONFIG).read_text()
    assert "127.0.0.1:80\"" in text and "newer version" not in text
    assert "newer version" in machine.path(CONFIG + ".dpkg-dist").read_text()
    assert machine.property("outrider", "Description").endswith("of the newer version")
    assert machine.property("outrider", "NeedDaemonReload") == "no"
    assert "Outrider is running" in fetched(machine, "http://127.0.0.1/")
    wait_until("the download's end", lambda: machine.run("systemctl", "is-active", "slow-download", check=False).stdout != "active\n")
    assert machine.path("/tmp/large").stat().st_size == 3_000_000
    machine.path("/usr/share/outrider/welcome/large").unlink()


def test_a_new_version_that_refuses_leaves_the_old_one(machine, newer, tmp_path):
    tree = tmp_path / "tree"
    subprocess.run(["dpkg-deb", "-R", newer, tree], check=True)
    control = tree / "DEBIAN/control"
    control.write_text(control.read_text().replace("+newer\n", "+refuses\n"))
    (tree / "usr/bin/outrider").write_text("#!/bin/sh\nexit 3\n")
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tree, machine.path("/tmp/refuses.deb")], check=True,
                   stdout=subprocess.DEVNULL)
    server = status(machine)["pid"]
    machine.apt("install", "/tmp/refuses.deb")
    wait_until(lambda: journal(machine), lambda: "the new binary /usr/bin/outrider refuses" in journal(machine))
    assert serves(machine)
    machine.apt("install", "--allow-downgrades", "/tmp/newer.deb")
    wait_until(lambda: journal(machine), lambda: status(machine)["pid"] != server)


def test_a_stopped_server_is_not_started_by_an_upgrade(machine):
    machine.run("systemctl", "stop", "outrider")
    machine.apt("install", "--reinstall", "/tmp/newer.deb")
    assert machine.run("systemctl", "is-active", "outrider", check=False).stdout == "inactive\n"
    machine.run("systemctl", "start", "outrider")
    assert serves(machine)


def test_a_server_that_dies_is_replaced(machine):
    server = status(machine)["pid"]
    machine.shell(f"kill -KILL {server}")
    assert serves(machine)
    assert machine.run("systemctl", "is-active", "outrider").stdout == "active\n"


def test_another_instance_has_its_own_folders(machine):
    text = machine.path(CONFIG).read_text()
    for old, new in (("8080", "8081"), ("8443", "8444"), ("127.0.0.1:80\"", "127.0.0.1:81\""),
                     ("/run/outrider/", "/run/outrider-shop/"), ("/var/log/outrider/", "/var/log/outrider/shop/")):
        text = text.replace(old, new)
    machine.path("/etc/outrider/shop.lua").write_text(text)
    machine.run("systemctl", "start", "outrider@shop")
    assert "Outrider is running" in fetched(machine, "http://127.0.0.1:8081/")
    assert machine.path("/var/lib/outrider/shop/self-signed-key.pem").exists()
    machine.run("systemctl", "stop", "outrider@shop")
    assert serves(machine)
    machine.path("/etc/outrider/shop.lua").unlink()


def test_systemd_can_hold_the_sockets(machine):
    machine.path("/etc/systemd/system/outrider.socket.d").mkdir(parents=True)
    machine.path("/etc/systemd/system/outrider.socket.d/ports.conf").write_text(
        "[Socket]\nListenStream=\nListenStream=127.0.0.1:8080\n")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "stop", "outrider")
    machine.run("systemctl", "start", "outrider.socket")
    assert "Outrider is running" in fetched(machine, PAGE)
    machine.run("systemctl", "stop", "outrider.socket", "outrider")
    machine.shell("rm -r /etc/systemd/system/outrider.socket.d; systemctl daemon-reload; systemctl start outrider")


def test_removing_it_ends_it_and_purging_leaves_nothing(machine, installed):
    # What an operator has put beside it, too.
    machine.shell("cp /etc/outrider/config.lua /etc/outrider/other.lua; systemctl enable outrider@other")
    machine.apt("remove", "outrider")
    assert processes(machine) == []
    assert machine.path(CONFIG).exists()
    machine.apt("install", "/tmp/newer.deb")
    wait_until(machine.log, lambda: serves(machine))
    machine.apt("purge", "outrider")
    assert processes(machine) == []
    assert not [path for path in machine.files() - installed if "outrider" in path]
    assert machine.run("id", "outrider").returncode == 0  # as Debian has it: its files may be elsewhere


def test_scripts_find_no_reason_to_fail_in_what_apt_seldom_does(machine):
    machine.apt("install", "/tmp/newer.deb")
    wait_until(machine.log, lambda: serves(machine))
    scripts = "/var/lib/dpkg/info/outrider"
    machine.shell(f"{scripts}.prerm remove; ! systemctl -q is-active outrider; {scripts}.postinst abort-remove")
    wait_until("a server after a removal that was given up", lambda: serves(machine))
    machine.shell(f"{scripts}.prerm failed-upgrade 0.0.1; {scripts}.postinst abort-upgrade 0.0.1; {scripts}.postinst triggered x")
    assert serves(machine)
    machine.shell("systemctl mask --now outrider")
    machine.apt("install", "--reinstall", "/tmp/newer.deb")
    machine.shell("systemctl unmask outrider")
    machine.apt("purge", "outrider")


def test_where_no_systemd_runs_it_goes_on_as_its_user(machine, newer):
    """As in a container: nothing starts by itself, root's server becomes the user of the configuration, and an upgrade is
    taken by it as anywhere else."""
    (machine.path("/usr/local/bin/in-container")).write_text(
        "#!/bin/sh\nset -e\nmount -t tmpfs tmpfs /run/systemd\nexec \"$@\"\n")
    contained = ["unshare", "--mount", "sh", "/usr/local/bin/in-container"]
    machine.run(*contained, "apt-get", "-y", "-q", "install", "/tmp/outrider.deb", of_host_network=True, timeout=600)
    assert processes(machine) == []
    machine.shell("rm -r /run/outrider")
    machine.run("systemd-run", "--unit=contained", *contained, "outrider", "run")
    wait_until(lambda: machine.run("journalctl", "-u", "contained", "--no-pager").stdout, lambda: serves(machine))
    before, server = main_pid(machine, "contained"), status(machine)["pid"]
    uid = machine.run("id", "-u", "outrider").stdout.strip()
    for pid in (before, server):
        assert set(of_process(machine, pid, "Uid")) == {uid}
    certificate = serial(machine)
    # Who replaces a server that died finds the same state, though nobody is root any more.
    machine.shell(f"kill -KILL {server}")
    wait_until("another server", lambda: machine.run("outrider", "status", check=False).returncode == 0 and status(machine)["pid"] != server)
    assert serial(machine) == certificate
    assert machine.shell("find /var/lib/outrider -name '*.pem'").count("pem") == 2
    server = status(machine)["pid"]
    machine.run(*contained, "apt-get", "-y", "-q", "install", "/tmp/newer.deb", of_host_network=True, timeout=600)
    wait_until(lambda: machine.run("journalctl", "-u", "contained", "--no-pager").stdout, lambda: serves(machine) and status(machine)["pid"] != server)
    assert main_pid(machine, "contained") == before
    machine.run(*contained, "apt-get", "-y", "-q", "purge", "outrider")
    assert processes(machine) == []


def test_a_server_that_cannot_start_does_not_fail_apt(machine):
    machine.run("systemd-run", "--unit=occupant", "perl", "-MIO::Socket::INET", "-e",
                "my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1:8080', Listen => 1) or die; sleep")
    wait_until("the port to be taken", lambda: ":1F90 " in machine.shell("cat /proc/net/tcp"))
    machine.apt("install", "/tmp/outrider.deb")
    assert machine.run("systemctl", "is-active", "outrider", check=False).stdout != "active\n"
    assert "127.0.0.1:8080" in journal(machine)
    assert machine.run("dpkg", "-s", "outrider").stdout.startswith("Package: outrider\nStatus: install ok installed")
