#!/usr/bin/env python3
"""Reliability of the probabilities of a diagnosis, from one rig to another: calibrate.py PDM DATA.

For each direction between CWRU and HIT-SM: a logistic map of the program's log odds (two numbers, all bearing faults
together, held towards the identity) is fitted on one rig and shown on the other, beside the probabilities as they are
shipped. Prints Brier score per fault and the reliability table. Nothing that is fitted here is in the program: its one
width was set beforehand. Labels are read here and nowhere else.
"""
import json
import math
import pathlib
import subprocess
import sys

FAULTS = ("inner_race", "outer_race", "ball", "cage")


def odds(p):
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


def chance(z):
    return 1 / (1 + math.exp(-max(-60, min(60, z))))


def fitted(pairs):
    """Slope and offset by Newton steps; a normal prior of width 1 about (1, 0)."""
    a, b = 1.0, 0.0
    for _ in range(50):
        ga, gb, haa, hab, hbb = 1 - a, -b, 1.0, 0.0, 1.0
        for z, y in pairs:
            p = chance(a * z + b)
            ga, gb, w = ga + (y - p) * z, gb + (y - p), p * (1 - p)
            haa, hab, hbb = haa + w * z * z, hab + w * z, hbb + w
        d = haa * hbb - hab * hab
        a, b = a + 0.5 * (hbb * ga - hab * gb) / d, b + 0.5 * (haa * gb - hab * ga) / d
    return a, b


def main():
    program, data = sys.argv[1], pathlib.Path(sys.argv[2])
    seen = {}
    for rig in ("cwru", "hit_sm"):
        files = sorted((data / rig).glob("*.f32"))
        if not files:
            print("SKIPPED: no recorded data in", data / rig)
            return 0
        out = subprocess.run([program, "diagnose", *map(str, files)], capture_output=True, text=True,
                             stdin=subprocess.DEVNULL, check=True).stdout
        labels = [json.loads(f.with_suffix(".json").read_text())["label"] for f in files]
        seen[rig] = [(f, line["probability"][f], label == f)
                     for label, line in zip(labels, map(json.loads, out.splitlines())) for f in FAULTS]
    print("| calibrated on | shown on | map of the log odds | " + " | ".join(f"Brier {f}" for f in FAULTS)
          + " | all, calibrated | all, as shipped | all, base rate |\n" + "|---" * 10 + "|")
    for one, other in (("cwru", "hit_sm"), ("hit_sm", "cwru")):
        a, b = fitted([(odds(p), y) for _, p, y in seen[one]])
        shown = [(f, chance(a * odds(p) + b), p, y) for f, p, y in seen[other]]
        brier = [sum((q - y) ** 2 for f, q, _, y in shown if f == fault) / (len(shown) / 4) for fault in FAULTS]
        rate = sum(y for *_, y in shown) / len(shown)
        print(f"| {one} | {other} | {a:.2f} z {b:+.2f} | " + " | ".join(f"{v:.3f}" for v in brier)
              + f" | {sum(brier) / 4:.3f} | {sum((p - y) ** 2 for _, _, p, y in shown) / len(shown):.3f} | "
              + f"{rate * (1 - rate):.3f} |")
        print(f"\nshown on {other}: said (mean of the tenth), seen, number")
        for tenth in range(10):
            part = [(q, y) for _, q, _, y in shown if min(9, int(10 * q)) == tenth]
            if part:
                print(f"  {sum(q for q, _ in part) / len(part):.2f}  {sum(y for _, y in part) / len(part):.2f}  {len(part)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
