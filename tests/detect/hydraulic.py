#!/usr/bin/python3
"""Scores pdm detect on the hydraulic rig: its regimes, and the drift of each of four components, by whole blocks.

usage: hydraulic.py --pdm BUILD/pdm --data DIR --work DIR [--check]

A row is a load cycle: the mean and the spread over its 60 s of every sensor. The condition of the rig changes in blocks;
three of them are long, one for each state of the cooler. Each long block is learned as a whole (and once its first two
thirds, with the rest as healthy cycles to be judged). Judged after it: later blocks of the same condition (healthy), and
for each component the blocks in which it alone differs from the block that was learned. Regimes: all three long blocks
learned together, with the columns of --regime; the later blocks then say which regime they belong to.
The labels build the tables and score; no verb reads them.
"""
import argparse
import csv
import glob
import gzip
import json
import os
import subprocess
import sys

COMPONENTS = ("cooler_percent", "valve_percent", "pump_leakage", "accumulator_bar")
LONG = 100  # cycles of a block that is learned
REGIME_COLUMNS = "TS1_mean"  # the temperature of the oil


def features(folder):
    """Names, and a row for each cycle: mean and standard deviation of every sensor."""
    names, columns = [], []
    for path in sorted(glob.glob(os.path.join(folder, "*.txt.gz"))):
        name = os.path.basename(path)[:-len(".txt.gz")]
        with gzip.open(path, "rt") as f:
            rows = [[float(v) for v in line.split()] for line in f]
        means = [sum(r) / len(r) for r in rows]
        names += [name + "_mean", name + "_sd"]
        columns += [means, [(sum((v - m) ** 2 for v in r) / len(r)) ** 0.5 for r, m in zip(rows, means)]]
    return names, list(zip(*columns))


def labels(folder):
    with open(os.path.join(folder, "labels.csv"), newline="") as f:
        return {int(r["cycle"]) - 1: {c: int(float(r[c])) for c in COMPONENTS} for r in csv.DictReader(f)}


def blocks(truth):
    """Blocks (condition, cycles) of listed cycles in a row, in the order of time."""
    out = []
    for cycle in sorted(truth):
        condition = tuple(truth[cycle][c] for c in COMPONENTS)
        if out and out[-1][0] == condition and out[-1][1][-1] == cycle - 1:
            out[-1][1].append(cycle)
        else:
            out.append((condition, [cycle]))
    return out


def run(a, names, rows, learn, *options):
    table, out = os.path.join(a.work, "cycles.csv"), os.path.join(a.work, "cycles.jsonl")
    with open(table, "w", newline="") as f:
        w = csv.writer(f)
        w.writerow(["t"] + names)
        w.writerows([[60 * i] + list(r) for i, r in enumerate(rows)])
    subprocess.run([a.pdm, "detect", table, "--learn", str(learn), "--time", "t", "--out", out, *options], check=True,
                   stderr=subprocess.DEVNULL)
    with open(out) as f:
        return [json.loads(line) for line in f]


def regimes(a, names, rows, long_blocks, others):
    """Share of the later cycles whose regime is that of their cooler, and of those in no regime that was learned."""
    learned = [c for _, cycles in long_blocks for c in cycles]
    later = [(condition[0], c) for condition, cycles in others for c in cycles]
    said = run(a, names, [rows[c] for c in learned + [c for _, c in later]], len(learned), "--regime", REGIME_COLUMNS)
    seen = [(r["regime"], cooler) for r, (cooler, _) in zip(said, later) if r.get("regime") is not None]
    own = {k: max({c for _, c in seen}, key=lambda c: sum(s == (k, c) for s in seen)) for k in {k for k, _ in seen}}
    right = sum(own[k] == cooler for k, cooler in seen)
    print("regimes by %s: %d; of %d later cycles %d are in the regime of their cooler, %d in another's, %d in none" %
          (REGIME_COLUMNS, len(own), len(later), right, len(seen) - right, len(later) - len(seen)))
    return right > 0.9 * len(seen) and len(set(own.values())) == len(long_blocks)


def after(a, names, rows, learned, cycles):
    return [r["alarm"] for r in run(a, names, [rows[c] for c in learned + cycles], len(learned))]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--pdm", required=True)
    ap.add_argument("--data", required=True)
    ap.add_argument("--work", required=True)
    ap.add_argument("--check", action="store_true", help="exit 1 unless the drift of every component is seen")
    a = ap.parse_args()
    if not os.path.isdir(a.data):
        print("SKIPPED: no recordings in " + a.data)
        return
    os.makedirs(a.work, exist_ok=True)
    names, rows = features(a.data)
    every = blocks(labels(a.data))
    long_blocks = [b for b in every if len(b[1]) >= LONG]
    others = [b for b in every if len(b[1]) < LONG]
    fine = regimes(a, names, rows, long_blocks, others)
    print("%-22s %-16s %8s %6s  %s" % ("learned (cycles)", "then", "cycles", "alarms", "first alarm after (cycles)"))
    delays = {c: [] for c in COMPONENTS}
    wrong = healthy = 0
    for condition, cycles in long_blocks:
        label = "%d to %d" % (cycles[0] + 1, cycles[-1] + 1)

        def line(then, alarm):
            first = alarm.index(True) if True in alarm else None
            print("%-22s %-16s %8d %6d  %s" % (label, then, len(alarm), sum(alarm), "-" if first is None else first))
            return first

        part = 2 * len(cycles) // 3
        for then, learned, rest in (
                ("its last third", cycles[:part], cycles[part:]),
                ("healthy blocks", cycles, [c for k, some in others if k == condition for c in some])):
            alarm = after(a, names, rows, learned, rest)
            line(then, alarm)
            wrong, healthy = wrong + sum(alarm), healthy + len(alarm)
        for i, component in enumerate(COMPONENTS):
            drift = [c for k, some in every for c in some
                     if k[i] != condition[i] and k[:i] + k[i + 1:] == condition[:i] + condition[i + 1:]]
            if drift:
                delays[component].append(line(component, after(a, names, rows, cycles, drift)))
    print("false alarms in %d of %d healthy cycles (every cycle an alarm: all drifts at once, %d false)" %
          (wrong, healthy, healthy))
    for component, all_of in delays.items():
        seen = sorted(d for d in all_of if d is not None)
        print("%-16s %d of %d drifts seen, delay %s cycles (median; largest %s)" %
              (component, len(seen), len(all_of), seen[len(seen) // 2] if seen else "-", seen[-1] if seen else "-"))
        fine = fine and bool(seen)
    if a.check and not (fine and wrong < 0.1 * healthy):
        sys.exit("not every drift is seen, a regime is mistaken, or healthy cycles alarm")


if __name__ == "__main__":
    main()
