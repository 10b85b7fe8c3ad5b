# SPDX-License-Identifier: MIT
"""Loads pages and keeps what they tell.

A round visits each page twice in each browser, as a new visitor and again with a full cache, always over a new connection.
The order changes from round to round; what is compared is compared within a round. All first visits come before the repeat
visits, because in between the server closes the idle connections. The first round of a setting is not counted: in it the
server learns how long the page takes.
"""
import collections
import dataclasses
import itertools
import json
import time

import browsers
import link_check
import outrider
import page
import sites
from link import Speed

FIRST, REPEAT = VISITS = ("first", "repeat")
COMPARED = {"server", "page", "congestion control", "chromium", "qt"}  # of the facts: what may not change within a run
BAD_ROUNDS = 3  # in a row, of which the last one's reason ends the measurement


@dataclasses.dataclass(frozen=True, order=True)
class Setting:
    rtt_ms: float
    mbit: float
    think_ms: int

    @classmethod
    def of(cls, load):
        return cls(load["rtt_ms"], load["mbit"], load["think_ms"])

    @property
    def speed(self):
        return Speed(self.rtt_ms, self.mbit)

    def __str__(self):
        return f"{self.speed}, {self.think_ms} ms of thinking"


class Results:
    """What was measured, kept in a file after each round, so that a run can be taken up again."""

    def __init__(self, path, facts, resume):
        self.path, self.facts = path, facts
        self.links, self.loads, self.discarded = {}, [], []
        if resume and path.exists():
            self.read()

    def read(self):
        content = json.loads(self.path.read_text())
        for name in COMPARED & self.facts.keys() & content["facts"].keys():
            if self.facts[name] != content["facts"][name]:
                raise SystemExit(f"{self.path}: {name} was {content['facts'][name]!r}, and is {self.facts[name]!r}: begin anew")
        self.facts |= {"load": content["facts"]["load"]}
        self.links = {Speed(rtt_ms, mbit): link_check.Checked(**seen) for rtt_ms, mbit, seen in content["links"]}
        self.loads, self.discarded = content["loads"], content["discarded"]

    def write(self):
        links = [(speed.rtt_ms, speed.mbit, dataclasses.asdict(seen)) for speed, seen in self.links.items()]
        content = {"facts": self.facts, "links": links, "discarded": self.discarded, "loads": self.loads}
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(content, indent=0))
        fresh.rename(self.path)

    def of(self, setting, browser, visit):
        """{round: {variant: load}}, of the rounds that are whole."""
        rounds = collections.defaultdict(dict)
        for load in self.loads:
            if setting == Setting.of(load) and (load["browser"], load["visit"]) == (browser, visit):
                rounds[load["round"]][load["variant"]] = load
        return {number: loads for number, loads in sorted(rounds.items()) if len(loads) == len(page.VARIANTS)}

    def rounds_done(self, setting, browser):
        return min(len(self.of(setting, browser, visit)) for visit in VISITS)

    def settings(self):
        return sorted({Setting.of(load) for load in self.loads})


class Measurement:
    def __init__(self, link, served, all_browsers, results, say):
        self.link, self.sites, self.browsers, self.results, self.say = link, served, all_browsers, results, say

    def check_link(self, speed):
        if speed in self.results.links:
            return
        self.link.become(speed)
        self.results.links[speed] = seen = link_check.check(
            speed, self.sites.plain_port, "/" + sites.DOWNLOAD, sites.CHECK_HOST)
        self.rest(speed)
        self.say(f"{speed}: connecting takes {seen.connect_ms:.1f} ms, a long download gets {seen.megabit:.2f} Mbit/s")

    def rest(self, speed):
        """Until no connection is left, here and there."""
        self.sites.wait_for_no_connection()
        time.sleep(speed.rtt_ms / 1000)

    def visit(self, setting, browser, profile, variant):
        """One load, and what the server knows of it."""
        path, host = page.path(setting.think_ms), page.host(variant)
        self.sites.requests()
        accepted = self.sites.accepted()
        self.link.become(setting.speed)
        with browser.page(profile) as tools:
            times = browsers.load(tools, self.sites.url(variant, setting.think_ms))
            # What is still on its way, needed or not, counts as this load's and must not slow the next one.
            down, _ = self.link.wait_for_quiet(setting.speed)
        connections = self.sites.accepted() - accepted
        if connections < 1:
            raise browsers.BadLoad(f"{host}: an old connection was used; {times}")
        lines = []

        def logged():
            lines.extend(line for line in self.sites.requests() if line["host"].startswith(host))
            return next((line for line in lines if line["target"] == path), None)

        document = outrider.wait_until("the page's line in the access log", logged)
        deliveries = collections.Counter(f"{one['how']}: {one['reason']}" for one in document["deliveries"])
        return times | {
            "connections": connections, "deliveries": deliveries, "asked_for": sum(not line["pushed"] for line in lines) - 1,
            "pushed": sum(line["pushed"] for line in lines), "bytes_down": down.bytes, "packets_dropped": down.dropped}

    def round(self, setting, number):
        """All loads of one round, or BadLoad."""
        orders = list(itertools.permutations(page.VARIANTS))
        subjects = [(browser, variant) for browser in self.browsers[::-1 if number % 2 else 1]
                    for variant in orders[number % len(orders)]]
        profiles = {}
        loads = []
        try:
            for visit in VISITS:
                self.link.become(setting.speed)
                self.rest(setting.speed)
                for browser, variant in subjects:
                    key = browser.key, variant
                    if key not in profiles:
                        profiles[key] = browser, browser.new_profile()
                    seen = self.visit(setting, browser, profiles[key][1], variant)
                    loads.append({**dataclasses.asdict(setting), "round": number, "browser": browser.key, "variant": variant,
                                  "visit": visit, **seen})
        finally:
            for browser, profile in profiles.values():
                browser.forget(profile)
        return loads

    def good_round(self, setting, number):
        for tries in range(1, BAD_ROUNDS + 1):
            try:
                return self.round(setting, number)
            except browsers.BadLoad as reason:
                self.results.discarded.append(f"{setting}: {reason}")
                self.say(f"  a round is discarded: {reason}")
                if tries == BAD_ROUNDS:
                    raise SystemExit(f"{BAD_ROUNDS} bad rounds in a row") from reason

    def measure(self, settings, rounds):
        """Until each setting has that many rounds."""
        left = {setting: max(rounds - min(self.results.rounds_done(setting, browser.key) for browser in self.browsers), 0)
                for setting in settings}
        todo = sum(count + 1 for count in left.values() if count)
        began, done = time.monotonic(), 0
        for setting in (setting for setting in settings if left[setting]):
            self.check_link(setting.speed)
            for number in range(rounds - left[setting], rounds + 1):
                # The first is not kept; those after it have the numbers that are missing.
                loads = self.good_round(setting, number)
                done += 1
                if number > rounds - left[setting]:
                    self.results.loads += loads
                    self.results.write()
                minutes = (time.monotonic() - began) / done * (todo - done) / 60
                self.say(f"{setting}, round {number - rounds + left[setting]} of {left[setting]}: "
                         f"{text_of(loads)}; {minutes:.0f} min left")


def text_of(loads):
    """The first visits' LCP, in short."""
    lcp = {(load["browser"], load["variant"]): load["lcp_ms"] for load in loads if load["visit"] == FIRST}
    return ", ".join(f"{key} " + " / ".join(f"{lcp[key, variant]:.0f}" for variant in page.VARIANTS)
                     for key in dict.fromkeys(browser for browser, _ in lcp))
