# SPDX-License-Identifier: MIT
"""examples/api: answers pushed to the client whose token asks for them, and clients that use them."""
import json

import pytest
from example import Example

DASHBOARD = ["/api/user", "/api/orders", "/api/prices"]


@pytest.fixture
def api(tmp_path):
    with Example(tmp_path, "api", {"OUTRIDER_PORT": 8446}) as example:
        yield example


def token(text="coach-and-horses"):
    return [("authorization", f"Bearer {text}"), ("accept", "application/json")]


def test_promises_repeat_the_token(api):
    with api.client() as client:
        page = client.get("/api/dashboard", headers=token())
        assert client.pushed_paths(page) == json.loads(page.body)["needs"] == DASHBOARD
        for stream, promise in page.pushes.items():
            assert ("authorization", "Bearer coach-and-horses") in [tuple(field) for field in promise]
            assert client.responses[stream].status == 200
        order = client.get("/api/orders/7", headers=token())
        assert client.pushed_paths(order) == [json.loads(order.body)["lines"]]


def test_who_has_no_token_changes_nothing_for_others(api):
    for fields in ((), token("wrong")):
        with api.client() as client:
            for path in ("/api/dashboard", *DASHBOARD):
                assert client.get(path, headers=fields).status == 401
    with api.client() as client:
        assert client.pushed_paths(client.get("/api/dashboard", headers=token())) == DASHBOARD


def test_the_clients(api):
    api.check_readme()
