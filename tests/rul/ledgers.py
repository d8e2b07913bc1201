#!/usr/bin/env python3
"""pdm life on simulated ledgers: does the 90 % interval of B10 hold the truth, and is replacing by age advised where
parts do not wear?

Thirty lives a ledger with 3, 5 or 10 failures. Watching ends with the last failure (failure), at one time between two
failures (time), or for each part at its own time (own). Costs 1 planned, 10 for a failure.
"""
import argparse
import json
import math
import pathlib
import random
import subprocess
import sys

LIVES = 30


def ledger(draw, shape, failures, how):
    """Rows (reason, hours) with exactly `failures` failures; the scale is 1000 h."""
    life = [draw.weibullvariate(1000, shape) for _ in range(LIVES)]
    until = [0.3 + 1.4 * draw.random() if how == "own" else 1.0 for _ in life]
    ratio = sorted(t / u for t, u in zip(life, until))
    limit = ratio[failures - 1] if how == "failure" else math.sqrt(ratio[failures - 1] * ratio[failures])
    return [("failed", t) if t / u <= limit else ("running", limit * u) for t, u in zip(life, until)]


def answers(pdm, folder, ledgers):
    for i, rows in enumerate(ledgers):
        text = "".join(f"P{k},{reason},{hours!r}\n" for k, (reason, hours) in enumerate(rows))
        (folder / f"{i}.csv").write_text("asset,reason,hours\n" + text)
    files = [str(folder / f"{i}.csv") for i in range(len(ledgers))]
    out = subprocess.run([pdm, "life", "--cost-planned", "1", "--cost-failure", "10", *files], check=True,
                         capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
    return [json.loads(line) for line in out.splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pdm", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--ledgers", type=int, default=1000, help="for each row of the table")
    parser.add_argument("--check", action="store_true", help="exit 1 beyond the stated bounds and three deviations")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    failed = False
    print("failures shape watching  holds %  below  above  advised %")
    for how in ("failure", "time", "own"):
        for failures in (3, 5, 10):
            for shape in (1.0, 3.0):
                draw = random.Random(f"{how} {failures} {shape}")
                ledgers = [ledger(draw, shape, failures, how) for _ in range(options.ledgers)]
                b10 = 1000 * (-math.log(0.9)) ** (1 / shape)
                got = answers(options.pdm, options.work, ledgers)
                below = sum(b10 < a["b10"]["p05"] for a in got)
                above = sum(b10 > a["b10"]["p95"] for a in got)
                advised = sum(a["replace_by_age"]["advised"] for a in got)
                n = len(got)
                holds = 100 * (n - below - above) / n
                print(f"{failures:8} {shape:5} {how:8} {holds:8.1f} {below:6} {above:6} {100 * advised / n:9.1f}", flush=True)
                slack = 300 / math.sqrt(n)
                failed |= not 85 - 0.36 * slack <= holds <= 95 + 0.22 * slack
                failed |= shape <= 1 and 100 * advised / n > 5 + 0.22 * slack
    return 1 if failed and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
