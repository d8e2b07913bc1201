#!/usr/bin/python3
"""Scores pdm detect on the SKAB files: outliers (F1, false and missed alarms) and change points (NAB score).

usage: skab.py --pdm BUILD/pdm --data DIR --work DIR [--check] [--folds]

Every file alone, the first 400 rows to learn, one preset for all; labels are read here only. Beside the figures stand
the trivial ones: everything anomalous, a change point every 50 s, and as many change points at random times.
--folds: the settings are chosen anew from a grid on some of the files, and the score is that on the others: every sixth
file left out in turn, and each of the two folders (other machines' faults) in turn. Chosen are the highest F1 with at
most 18 % (quiet: 10.5 %) false alarms, two in a hundred below what is asked of them, and the highest NAB score with at
most 1.7 false change points a file.
Protocol: outliers by rows pooled over the files; change points by windows of 60 s to the right, standard profile
(1, -0.11, -1), of A. Lavin, S. Ahmad, "Evaluating real-time anomaly detection algorithms", ICMLA 2015.
"""
import argparse
import csv
import datetime
import glob
import itertools
import json
import math
import os
import random
import subprocess
import sys

LEARN, WINDOW_S = 400, 60.0


def read_truth(path):
    """Times in seconds, anomalous or not, change point or not, of the rows after the learning part."""
    with open(path, newline="") as f:
        rows = list(csv.DictReader(f, delimiter=";"))[LEARN:]
    seconds = [datetime.datetime.fromisoformat(r["datetime"]).timestamp() for r in rows]
    return seconds, [float(r["anomaly"]) > 0 for r in rows], [float(r["changepoint"]) > 0 for r in rows]


def detect(a, path, preset, config=None):
    out = os.path.join(a.work, "skab.jsonl")
    options = ["--config", config] if config else []
    subprocess.run([a.pdm, "detect", path, "--learn", str(LEARN), "--time", "datetime", "--ignore",
                    "anomaly,changepoint", "--preset", preset, "--out", out] + options, check=True,
                   stderr=subprocess.DEVNULL)
    with open(out) as f:
        lines = [json.loads(line) for line in f]
    return [r["alarm"] for r in lines], [r["changepoint"] for r in lines]


def outliers(results):
    tp = fp = fn = tn = 0
    for truth, alarm, _ in results:
        for is_true, said in zip(truth[1], alarm):
            tp, fp, fn, tn = (tp + (is_true and said), fp + (said and not is_true), fn + (is_true and not said),
                              tn + (not is_true and not said))
    return tp / max(1e-9, tp + (fn + fp) / 2), 100 * fp / max(1, fp + tn), 100 * fn / max(1, fn + tp)


def reward(u):
    x = -math.pi / 2 + math.pi * min(int(1000 * u), 999) / 999
    return (1 + 0.11) / 2 * (-math.tanh(x) / math.tanh(math.pi / 2)) + (1 - 0.11) / 2


def change_points(cases):
    """`cases`: (times, truth flags, times of alarms). Score, alarms outside all windows, windows missed."""
    total, outside, missed, count = 0.0, 0, 0, 0
    for seconds, truth, alarms in cases:
        windows = [[t, t + WINDOW_S] for t, is_true in zip(seconds, truth) if is_true]
        for i in range(1, len(windows)):
            windows[i][0] = max(windows[i][0], windows[i - 1][1])
        used = set()
        for left, right in windows:
            inside = [i for i, t in enumerate(alarms) if left <= t <= right and i not in used]
            used.update(inside)
            if inside:
                total += reward((alarms[inside[0]] - left) / max(1e-9, right - left))
            else:
                missed += 1
        count += len(windows)
        outside += len(alarms) - len(used)
    return 100 * (total - 0.11 * outside - missed + count) / (2 * count), outside, missed


def by_chance(results, runs=20):
    """Mean score of as many alarms at random rows of each file."""
    scores = []
    draw = random.Random(1)
    for _ in range(runs):
        cases = []
        for truth, _, change in results:
            picked = draw.sample(range(len(change)), sum(change))
            cases.append((truth[0], truth[2], sorted(truth[0][i] for i in picked)))
        scores.append(change_points(cases)[0])
    return sum(scores) / runs


def clock(results, period):
    return [(t[0], t[2], [t[0][0] + k * period for k in range(int((t[0][-1] - t[0][0]) / period) + 1)])
            for t, _, _ in results]


def said(results):
    return [(t[0], t[2], [s for s, c in zip(t[0], change) if c]) for t, _, change in results]


def show(name, results):
    f1, far, mar = outliers(results)
    nab, fp, missed = change_points(said(results))
    chance = by_chance(results)
    print("%-40s %3d files  F1 %.3f  FAR %4.1f %%  MAR %4.1f %%   change points: NAB %5.1f, %3d false, %2d missed, "
          "by chance %5.1f" % (name, len(results), f1, far, mar, nab, fp, missed, chance))
    return f1, far, nab, fp, chance


LEVELS = ((1.25, 30, 6), (1.5, 30, 6), (1.5, 30, 10), (2, 20, 15))  # level_k, level_least, level_guard
UNSEEN = (0.6, 0.9, 1.1, 1.4)
CHANGES = (1.25, 1.5, 1.75, 2)


def grid(a, truth):
    """Results by file for every setting: of the alarms, and of the change points."""
    def run(**settings):
        config = os.path.join(a.work, "setting.json")
        with open(config, "w") as f:
            json.dump(settings, f)
        return {f: (truth[f],) + detect(a, f, "process", config) for f in truth}
    alarms = {(u, level): run(unseen=u, level_k=level[0], level_least=level[1], level_guard=level[2])
              for u, level in itertools.product(UNSEEN, LEVELS)}
    return alarms, {c: run(change_above=c) for c in CHANGES}


def best_alarms(alarms, files, most):
    """The setting with the highest F1 among those with at most `most` % false alarms, or else the fewest of these."""
    scored = {s: outliers([r[f] for f in files]) for s, r in alarms.items()}
    return max(scored, key=lambda s: (min(0, most - scored[s][1]), scored[s][0]))


def best_changes(changes, files):
    scored = {c: change_points(said([r[f] for f in files])) for c, r in changes.items()}
    return max(scored, key=lambda c: (min(0, 1.7 * len(files) - scored[c][1]), scored[c][0]))


def held_out(a, truth):
    files = sorted(truth)
    folder = {f: os.path.basename(os.path.dirname(f)) for f in files}
    alarms, changes = grid(a, truth)
    for name, groups in (("every sixth file left out", [files[i::6] for i in range(6)]),
                         ("each folder left out", [[f for f in files if folder[f] == g] for g in set(folder.values())])):
        for what, most in (("process", 18), ("process_quiet", 10.5)):
            results, chosen = [], []
            for left_out in groups:
                rest = [f for f in files if f not in left_out]
                setting, change = best_alarms(alarms, rest, most), best_changes(changes, rest)
                chosen.append("%g/%s/%g" % (setting[0], "-".join("%g" % v for v in setting[1]), change))
                for f in left_out:
                    results.append((truth[f], alarms[setting][f][1], changes[change][f][2]))
            show("%s, %s" % (name, what), results)
            print("  chosen (unseen/level/change): " + ", ".join(sorted(set(chosen))))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--pdm", required=True)
    ap.add_argument("--data", required=True, help="folder with valve1/*.csv and other/*.csv")
    ap.add_argument("--work", required=True)
    ap.add_argument("--check", action="store_true", help="exit 1 when the figures fall short of what is asked")
    ap.add_argument("--folds", action="store_true", help="choose the settings on some files, score them on the others")
    a = ap.parse_args()
    files = sorted(glob.glob(os.path.join(a.data, "*", "*.csv")))
    if not files:
        print("SKIPPED: no SKAB files in " + a.data)
        return
    os.makedirs(a.work, exist_ok=True)
    truth = {f: read_truth(f) for f in files}
    if a.folds:
        held_out(a, truth)
        return
    got = {}
    for preset in ("process", "process_quiet"):
        results = {f: (truth[f],) + detect(a, f, preset) for f in files}
        got[preset] = show(preset, list(results.values()))
        for folder in sorted({os.path.basename(os.path.dirname(f)) for f in files}):
            show("  " + folder, [r for f, r in results.items() if os.path.basename(os.path.dirname(f)) == folder])
        if preset == "process":
            worst = min(outliers([r for f, r in results.items() if f != left])[0] for left in files)
            print("  one file left out: lowest F1 %.3f" % worst)
            base = list(results.values())
    everything = [(t, [True] * len(t[1]), c) for t, _, c in base]
    print("everything anomalous: F1 %.3f, FAR 100 %%" % outliers(everything)[0])
    nab, fp, missed = change_points(clock(base, 50))
    print("a change point every 50 s: NAB %.1f, %d false, %d missed" % (nab, fp, missed))
    f1, far, nab, fp, chance = got["process"]
    quiet = got["process_quiet"]
    if a.check and not (f1 >= 0.82 and far <= 20 and nab >= 46 and fp <= 40 and nab - chance >= 22 and
                        quiet[0] >= 0.79 and quiet[1] <= 12.5):
        sys.exit("the figures fall short of what is asked")


if __name__ == "__main__":
    main()
