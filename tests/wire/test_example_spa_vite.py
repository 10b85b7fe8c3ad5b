# SPDX-License-Identifier: MIT
"""examples/spa-vite: hints from Vite's manifest, for every path of the application."""
import json

import pytest
from example import Example


@pytest.fixture
def spa(tmp_path):
    with Example(tmp_path, "spa-vite", {"OUTRIDER_PORT": 8445}) as example:
        yield example


def files_of(manifest, name):
    chunk = manifest[name]
    return [f"/{file}" for file in [*chunk.get("css", []), chunk["file"]]]


def test_pushes_and_links(spa):
    manifest = json.loads((spa.folder / "dist/.vite/manifest.json").read_text())
    application = files_of(manifest, "index.html") + files_of(manifest, "_page-C8j9jEU7.js")
    timetable = files_of(manifest, "src/timetable.js")
    index = (spa.folder / "dist/index.html").read_bytes()
    for path, expected in (("/", application), ("/elsewhere", application), ("/timetable", application + timetable)):
        with spa.client() as client:
            page = client.get(path)
            assert page.status == 200 and page.body == index and page.header("cache-control") == "max-age=0"
            assert client.pushed_paths(page) == expected
            for stream in page.pushes:
                pushed = client.responses[stream]
                assert pushed.status == 200 and pushed.header("cache-control") == "max-age=31536000"
        with spa.client(push=False) as client:
            links = client.get(path).all("link")
            assert [value.split(">")[0] for value in links] == [f"<{file}" for file in expected]
            assert all("crossorigin" in value for value in links if "as=style" in value), "as Vite's own tags"
    spa.check_readme()


def test_everything_that_is_named_is_there(spa):
    manifest = json.loads((spa.folder / "dist/.vite/manifest.json").read_text())
    named = {file for name in manifest for file in files_of(manifest, name)}
    there = {f"/assets/{file.name}" for file in (spa.folder / "dist/assets").iterdir()}
    assert named == there
