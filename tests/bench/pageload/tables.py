# SPDX-License-Identifier: MIT
"""What came of it, in Markdown: a table for each browser and visit, and the aims beside what was measured.

Times are medians. A ratio is the median of the rounds' ratios: what slows a round down slows both. Its interval is that
of 95 % for a median (by order statistics), or all that was seen where there are too few rounds for one.
"""
import math
from statistics import median

import link_check
from measure import FIRST, REPEAT, Setting
from page import DELIVERED, INLINED, PLAIN, VARIANTS

DEMONSTRATION = {"rtt_ms": 100.0, "mbit": 10.0}
WITH_THINKING, WITHOUT = Setting(**DEMONSTRATION, think_ms=300), Setting(**DEMONSTRATION, think_ms=0)


class Ratio:
    def __init__(self, rounds, of, to, value="lcp_ms"):
        """`rounds`: {round: {variant: load}}."""
        self.values = sorted(loads[of][value] / loads[to][value] for loads in rounds.values())
        self.median = median(self.values)
        count, cut, below = len(self.values), 0, 0.0
        while (below := below + math.comb(count, cut) / 2 ** count) <= 0.025:
            cut += 1
        self.low, self.high = self.values[max(cut, 1) - 1], self.values[-max(cut, 1)]
        self.is_interval = cut > 0

    def __str__(self):
        return f"{self.median:.3f}"

    @property
    def interval(self):
        return f"{self.low:.3f} – {self.high:.3f}"

    def beyond_doubt(self, limit):
        if not self.is_interval:
            return "too few rounds to say"
        return "yes" if self.low > limit else "no"


def how(rounds):
    """How the delivered page's hints went, in the round that stands for most."""
    seen = [tuple(sorted(loads[DELIVERED]["deliveries"].items())) for loads in rounds.values()]
    most = max(seen, key=seen.count)
    return ", ".join(f"{count} {text}" for text, count in most) or "nothing"


def kilobytes(rounds, variant):
    return f"{median(loads[variant]['bytes_down'] for loads in rounds.values()) / 1000:.0f}"


def row(setting, rounds):
    def times(value):
        return " | ".join(f"{median(loads[variant][value] for loads in rounds.values()):.0f}" for variant in VARIANTS)
    return (f"| {setting.rtt_ms:g} | {setting.mbit:g} | {setting.think_ms} | {times('lcp_ms')} | {Ratio(rounds, DELIVERED, INLINED)} "
            f"| {Ratio(rounds, DELIVERED, PLAIN)} | {times('fcp_ms')} | {kilobytes(rounds, PLAIN)} | {kilobytes(rounds, DELIVERED)} "
            f"| {how(rounds)} |")


def visits_table(results, browser, visit):
    lines = ["| RTT, ms | Mbit/s | thinking, ms | LCP plain | LCP inlined | LCP delivered | ÷ inlined | ÷ plain "
             "| FCP plain | FCP inlined | FCP delivered | KB plain | KB delivered | hints |",
             "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|"]
    for setting in results.settings():
        if rounds := results.of(setting, browser.key, visit):
            lines.append(row(setting, rounds))
    return "\n".join(lines)


class Aim:
    """That a ratio of medians of LCP is at most `limit`, at one setting or wherever it was measured."""

    def __init__(self, text, limit, visit, to, browsers=None, setting=None):
        self.text, self.limit, self.visit, self.to, self.browsers, self.setting = text, limit, visit, to, browsers, setting

    def ratios(self, results, all_browsers):
        """[(name of what was measured, Ratio)]"""
        found = []
        for browser in all_browsers:
            if self.browsers and browser.key not in self.browsers:
                continue
            for setting in results.settings():
                if self.setting in (None, setting) and (rounds := results.of(setting, browser.key, self.visit)):
                    found.append((f"{browser.name}, {setting}", Ratio(rounds, DELIVERED, self.to)))
        return found


AIMS = [
    Aim("with thinking, delivered by 103: LCP at most 0.88 of inlined", 0.88, FIRST, INLINED, ["chromium"], WITH_THINKING),
    Aim("with thinking, pushed: LCP at most 0.70 of inlined", 0.70, FIRST, INLINED, ["qt"], WITH_THINKING),
    Aim("without thinking, pushed: LCP at most 1.05 of inlined", 1.05, FIRST, INLINED, ["qt"], WITHOUT),
    Aim("repeat visits, everywhere: LCP at most 1.02 of plain", 1.02, REPEAT, PLAIN),
    Aim("first visits, everywhere: LCP at most 1.03 of plain", 1.03, FIRST, PLAIN),
]


def aims(results, all_browsers):
    lines = ["| aim | measured | |", "|---|---|---|"]
    missed = []
    for aim in AIMS:
        ratios = aim.ratios(results, all_browsers)
        if not ratios:
            lines.append(f"| {aim.text} | nothing | not measured |")
            continue
        worst_name, worst = max(ratios, key=lambda named: named[1].median)
        over = [(name, ratio) for name, ratio in ratios if ratio.median > aim.limit]
        missed += [(aim, name, ratio) for name, ratio in over]
        where = "" if len(ratios) == 1 else f" at worst of {len(ratios)} cases ({worst_name}); over the limit in {len(over)}"
        lines.append(f"| {aim.text} | {worst}{where} | {'**missed**' if over else 'met'} |")
    if missed:
        lines += ["", "| missed aim | where | ratio | interval | beyond doubt |", "|---|---|---:|---|---|"]
        lines += [f"| {aim.text} | {name} | {ratio} | {ratio.interval} | {ratio.beyond_doubt(aim.limit)} |"
                  for aim, name, ratio in missed]
    return "\n".join(lines)


def caption(facts):
    return f"""\
The page: {facts['page']}. The style sheets and scripts block, and the image is the largest thing to paint. *Plain*: no
rules. *Delivered*: one rule that names the five files. *Inlined*: everything in the document, the limit of what hints can
reach unless the application thinks. Every load is over a new connection (TCP, TLS 1.3, HTTP/2); repeat visits have the
files in the cache, but not the document. Nothing is compressed. LCP and FCP are in ms from the beginning of the
navigation, as the browser tells them; KB are what the link carried to the client, all packets with their heads. All
loads of a row were taken in turns.

The link: each direction has a bottleneck of the rate given, in front of it a queue of 128 KB that drops what comes when
it is full, and behind it half of the round trip; the connections on it are the kernel's own ({facts['congestion control']}, an
initial window of 10 packets, nothing remembered of earlier connections). It flatters in that it has no other traffic and no
loss but its own queue's, no jitter and no radio that wakes up, the same rate both ways, no look-up of names, a queue that is
empty when the page begins; and the browser, the server and the application have a machine to themselves, or share its
{facts['cores']} cores, without another visitor."""


def report(results, all_browsers):
    parts = [results.facts["machine"]]
    if results.facts["load"] > 0.5:
        parts.append(f"The machine was not at rest (load {results.facts['load']:.1f}): these numbers prove little.")
    parts += ["## The aims", aims(results, all_browsers)]
    for browser in all_browsers:
        for visit in (FIRST, REPEAT):
            rounds = [len(results.of(setting, browser.key, visit)) for setting in results.settings()]
            count = "–".join(str(number) for number in sorted({min(rounds), max(rounds)})) if rounds else "no"
            parts += [f"## {browser.name} ({browser.way}), {visit} visits, rounds: {count}", visits_table(results, browser, visit)]
    parts += ["![LCP of all settings](chart.svg)", caption(results.facts), "## The link, measured", link_check.table(results.links)]
    parts += [f"Not as it should be: {sentence}." for sentence in link_check.wrong(results.links)]
    if results.discarded:
        parts.append(f"Rounds that were discarded and repeated: {len(results.discarded)}, "
                     f"the last one because of {results.discarded[-1]}")
    return "\n\n".join(parts) + "\n"
