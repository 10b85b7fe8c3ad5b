# SPDX-License-Identifier: MIT
"""The tables, in Markdown, and the aims beside what was measured."""
import datetime
import pathlib
import platform
import re
import subprocess
from statistics import median

import outrider

# What each case is compared with: the one that lacks what it shows.
BASES = {"ours": "h2o", "function": "ours", "mruby": "h2o", "ten": "ours", "many": "ten"}


def first_line(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]


def machine(*programs):
    """What was measured where; `programs` besides our own."""
    facts = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*: (.+)", facts).group(1)
    cores = len(re.findall(r"^processor", facts, re.M))
    virtual = " of a virtual machine" if re.search(r"^flags.*\bhypervisor\b", facts, re.M) else ""
    return (f"{model}, {cores} cores{virtual}, Linux {platform.release()}, "
            f"{datetime.date.today().isoformat()}; "
            + ", ".join(first_line(program, "--version") for program in (outrider.BINARY, *programs)))


def steps(samples, key, base, value=lambda sample: sample.cpu_us):
    """Each round's step from one case to another: (differences, ratios). What slows a round down slows both."""
    pairs = [(value(a), value(b)) for a, b in zip(samples[key], samples[base])]
    return [a - b for a, b in pairs], [a / b for a, b in pairs]


def comparison(cases, samples, key):
    base = BASES.get(key)
    if base is None:
        return ""
    differences, ratios = steps(samples, key, base)
    text = next(case.text for case in cases if case.key == base)
    return f"{median(differences):+.2f} µs, × {median(ratios):.3f} of “{text}”"


def table(cases, samples):
    lines = ["| case | CPU per request, median | min – max | compared | requests/s | resident |",
             "|---|---:|---:|---|---:|---:|"]
    for case in cases:
        of_case = samples[case.key]
        cpu = [sample.cpu_us for sample in of_case]
        lines.append(f"| {case.text} | {median(cpu):.2f} µs | {min(cpu):.2f} – {max(cpu):.2f} | {comparison(cases, samples, case.key)} "
                     f"| {median(sample.per_second for sample in of_case):,.0f} "
                     f"| {median(sample.resident_mib for sample in of_case):.1f} MiB |")
    return "\n".join(lines)


def aims(samples):
    function = median(steps(samples, "function", "ours")[0])
    mruby = median(steps(samples, "mruby", "h2o")[0])
    many = median(steps(samples, "many", "ten")[1])
    plain = median(steps(samples, "ours", "h2o")[1])
    rows = [("a function rule costs less than 0.5 µs per request", f"{function:+.2f} µs (h2o's mruby {mruby:+.2f} µs)", function < 0.5),
            ("10,000 rules cost within 3 % of ten", f"{100 * (many - 1):+.1f} %", many <= 1.03),
            ("without rules within 10 % of h2o", f"{100 * (plain - 1):+.1f} %", plain <= 1.10)]
    lines = ["| aim | measured | |", "|---|---|---|"]
    lines += [f"| {aim} | {measured} | {'met' if met else '**missed**'} |" for aim, measured, met in rows]
    return "\n".join(lines)


def instruction_table(cases, counts):
    """`counts`: instructions per request by case."""
    lines = ["| case | instructions per request | compared |", "|---|---:|---|"]
    for case in cases:
        base = BASES.get(case.key)
        step = f"{counts[case.key] - counts[base]:+,.0f}, × {counts[case.key] / counts[base]:.3f}" if base else ""
        lines.append(f"| {case.text} | {counts[case.key]:,.0f} | {step} |")
    return "\n".join(lines)
