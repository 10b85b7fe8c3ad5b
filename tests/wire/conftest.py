# SPDX-License-Identifier: MIT
import pathlib
import shutil
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import outrider  # noqa: E402
import upstream  # noqa: E402


@pytest.fixture
def serve(tmp_path):
    """serve(config, files={…}) → a running Server, stopped and checked when the test ends well."""
    servers = []

    def start(config, **options):
        folder = tmp_path / f"server{len(servers)}" if servers else tmp_path
        folder.mkdir(exist_ok=True)
        server = outrider.Server(folder, config, **options)
        servers.append(server)
        return server.start()

    start.servers = servers
    yield start
    for server in servers:
        if server.process is not None and server.checks_rest:
            server.wait_at_rest()
    for server in servers:
        server.stop()


@pytest.fixture(autouse=True)
def no_process_left(request):
    """Whatever went wrong, no server outlives its test."""
    yield
    for server in getattr(request.node.funcargs.get("serve"), "servers", []):
        if server.process is not None:
            server.process.terminate()
            try:
                server.process.wait(10)
            except Exception:  # noqa: BLE001
                server.process.kill()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows the logs of its servers."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        shared = item.funcargs.get("server")  # of a module that starts one for all its tests
        servers = getattr(item.funcargs.get("serve"), "servers", [shared] if isinstance(shared, outrider.Server) else [])
        for server in servers:
            report.sections.append(("server's log", server.log()[-6000:]))


@pytest.fixture
def application():
    """application(handler) → a running fake application (see upstream.py)."""
    running = []

    def start(handler, **options):
        running.append(upstream.Application(handler, **options))
        return running[-1]

    yield start
    for application_ in running:
        application_.stop()


@pytest.fixture
def binary(tmp_path, monkeypatch):
    """The server's program as a file that can be replaced, as a package does it: by a rename."""
    path = tmp_path / "bin" / "outrider"
    path.parent.mkdir()
    shutil.copy2(outrider.BINARY, path)
    monkeypatch.setattr(outrider, "BINARY", path)

    def replace(content=None):
        fresh = path.with_suffix(".new")
        if content is None:
            shutil.copy2(path, fresh)
        else:
            fresh.write_text(content)
            fresh.chmod(0o755)
        fresh.rename(path)

    return replace
