# SPDX-License-Identifier: MIT
"""What is measured: the same 1 KiB file from both servers, and what stands between the request and the file."""
import dataclasses

import servers

PAGE = "/page.html"
BODY = ("<!doctype html><title>page</title>" + "x" * 1024)[:1024]

NOTHING = {"rules/nothing.lua": f"""
rule {{ name = "nothing", path = "{PAGE}", hints = function(req) return nil end }}
"""}

MRUBY = """
        mruby.handler: |
          Proc.new do |env|
            [399, {}, []]
          end
"""


def declared(count, per_file=2_000):
    """Rules for other paths, of each form that a path can have: exact, with a capture, with a wildcard."""
    forms = "/shop/{n}/offers", "/product-{n}/{{id}}", "/img/{n}/*.avif", "/docs/{n}/**"
    lines = []
    for n in range(count):
        path = forms[n % len(forms)].format(n=n)
        lines.append(f'rule {{ name = "{n}", path = "{path}", hints = {{ style "/css/{n}.css", script "/js/{n}.js" }} }}')
    return {f"rules/{at:05}.lua": "\n".join(lines[at:at + per_file]) for at in range(0, count, per_file)}


@dataclasses.dataclass
class Case:
    key: str
    text: str
    server: type
    rules: dict | str = ""  # ours: files by name; h2o: a piece of its configuration

    def make(self, folder, secure):
        return self.server(folder, self.rules, secure)


def all_cases(many):
    return [
        Case("ours", "outrider, no rules", servers.Outrider),
        Case("h2o", "h2o", servers.H2o),
        Case("function", "outrider, one function rule that returns nothing", servers.Outrider, NOTHING),
        Case("mruby", "h2o, one mruby handler that returns 399", servers.H2o, MRUBY),
        Case("ten", "outrider, 10 declared rules for other paths", servers.Outrider, declared(10)),
        Case("many", f"outrider, {many:,} declared rules for other paths", servers.Outrider, declared(many)),
    ]
