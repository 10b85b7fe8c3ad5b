# SPDX-License-Identifier: MIT
"""The configuration that the README shows. The examples have tests of their own: test_example_*.py."""
import re

import outrider


def test_the_configuration_in_the_readme(tmp_path):
    text = (outrider.SOURCE / "README.md").read_text()
    config = next(block for block in re.findall(r"```lua\n(.*?)```", text, re.S) if block.startswith("return"))
    rules = next(block for block in re.findall(r"```lua\n(.*?)```", text, re.S) if "rules/shop.lua" in block)
    outrider.certificate(tmp_path / "tls", "fullchain")
    (tmp_path / "tls/fullchain.key").rename(tmp_path / "tls/key.pem")
    for folder in ("srv/www/static", "srv/app", "srv/blog", "rules"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "rules/shop.lua").write_text(rules)
    (tmp_path / "config.lua").write_text(config.replace('"/srv/', f'"{tmp_path}/srv/'))
    code, out, said = outrider.run("check", "-c", tmp_path / "config.lua")
    assert code == 0, said
    assert "2 rules" in out
