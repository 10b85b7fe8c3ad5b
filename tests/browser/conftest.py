# SPDX-License-Identifier: MIT
import importlib.util
import pathlib
import sys

import pytest

TESTS = pathlib.Path(__file__).parents[1]
for folder in ("browser", "wire", "support"):
    sys.path.insert(0, str(TESTS / folder))

# Both folders' files are named conftest.py, so this one cannot simply import that one.
_spec = importlib.util.spec_from_file_location("wire_conftest", TESTS / "wire" / "conftest.py")
_wire = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_wire)
serve = _wire.serve
application = _wire.application
no_process_left = _wire.no_process_left
pytest_runtest_makereport = _wire.pytest_runtest_makereport

import authority  # noqa: E402
import relay  # noqa: E402
import shop  # noqa: E402


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """A home directory whose browsers trust our authority alone; nothing of the user's is read or written."""
    return authority.make_home(tmp_path_factory.mktemp("home"))


@pytest.fixture
def site(serve, application, home):
    """site(…) → a Site: the shop behind a real server, reached through a relay with a round trip of 10 ms."""
    running = []

    def start(rules=shop.RULES, answer=shop.answer_slowly, config=shop.CONFIG):
        slow = application(answer)
        server = serve(config.replace("%URL%", slow.url), files={
            **shop.ASSETS, "rules/shop.lua": rules, "tls/site.pem": home.certificate.read_bytes(), "tls/site.key": home.key.read_bytes()})
        running.append(relay.Relay(server.address(), delay_ms=5))
        return shop.Site(server, running[-1].port)

    yield start
    for one in running:
        one.close()
