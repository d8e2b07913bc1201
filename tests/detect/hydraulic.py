#!/usr/bin/python3
"""Scores pdm detect on the hydraulic rig: drift of each of four components, by whole blocks of load cycles.

usage: hydraulic.py --pdm BUILD/pdm --data DIR --work DIR

A row is a load cycle: the mean and the spread over its 60 s of every sensor. The condition of the rig changes in blocks.
Here a table is made for each component and each run of blocks: the cycles before (its condition as it was, whatever the
others did) and the blocks after its condition changed. The labels build the tables and score; no verb reads them.
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
HEALTHY = {"cooler_percent": 100, "valve_percent": 100, "pump_leakage": 0, "accumulator_bar": 130}
MIN_LEARN = 100


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


def blocks(truth, component):
    """Blocks [condition, cycles] of one component in order of time."""
    out = []
    for cycle in sorted(truth):
        value = truth[cycle][component]
        if out and out[-1][0] == value:
            out[-1][1].append(cycle)
        else:
            out.append([value, [cycle]])
    return out


def run(a, names, rows, learn):
    table, out = os.path.join(a.work, "cycles.csv"), os.path.join(a.work, "cycles.jsonl")
    with open(table, "w", newline="") as f:
        w = csv.writer(f)
        w.writerow(["t"] + names)
        w.writerows([[60 * i] + list(r) for i, r in enumerate(rows)])
    subprocess.run([a.pdm, "detect", table, "--learn", str(learn), "--time", "t", "--out", out], check=True,
                   stderr=subprocess.DEVNULL)
    with open(out) as f:
        return [json.loads(line)["alarm"] for line in f]


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
    truth = labels(a.data)
    missed = []
    for component in COMPONENTS:
        # Within every combination of the other three: its healthy cycles, then each worse condition of it.
        others = [c for c in COMPONENTS if c != component]
        groups = {}
        for cycle in sorted(truth):
            groups.setdefault(tuple(truth[cycle][c] for c in others), []).append(cycle)
        seen = total = false_rows = healthy_rows = 0
        delays = []
        for cycles in groups.values():
            good = [c for c in cycles if truth[c][component] == HEALTHY[component]]
            worse = [c for c in cycles if truth[c][component] != HEALTHY[component]]
            if len(good) < 60 or not worse:
                continue
            learn = 2 * len(good) // 3
            alarm = run(a, names, [rows[c] for c in good + worse], learn)
            before, after = alarm[:len(good) - learn], alarm[len(good) - learn:]
            false_rows, healthy_rows = false_rows + sum(before), healthy_rows + len(before)
            total += 1
            if any(after):
                seen += 1
                delays.append(after.index(True))
        delays.sort()
        print("%-16s %d of %d drifts seen, delay %s cycles (median; largest %s), false alarms in %d of %d healthy cycles" %
              (component, seen, total, delays[len(delays) // 2] if delays else "-", delays[-1] if delays else "-",
               false_rows, healthy_rows))
        if seen < total or total == 0:
            missed.append(component)
    if a.check and missed:
        sys.exit("not every drift is seen: " + ", ".join(missed))


if __name__ == "__main__":
    main()
