#!/usr/bin/env python3
"""Reliability of the probabilities of a diagnosis, from one rig to another: calibrate.py PDM DATA [DIAGRAM.svg].

For each direction between CWRU and HIT-SM: a logistic map of the program's log odds (two numbers, all bearing faults
together, held towards the identity) is fitted on one rig and shown on the other, beside the probabilities as they are
shipped. Prints Brier score per fault and the reliability table, and draws the diagram of what is shipped and of what is
calibrated on the other rig. Nothing that is fitted here is in the program: its one width was set beforehand. Fails
where the shipped probabilities are worse than the base rate on either rig. Labels are read here and nowhere else.
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


def tenths(shown):
    """(said, seen, number) of each tenth that has records."""
    parts = [[(q, y) for q, y in shown if min(9, int(10 * q)) == tenth] for tenth in range(10)]
    return [(sum(q for q, _ in part) / len(part), sum(y for _, y in part) / len(part), len(part))
            for part in parts if part]


def diagram(panels):
    """Said to the right, seen upwards; the area of a dot is the number of probabilities."""
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="330" font-family="sans-serif" font-size="12">'
           % (20 + 300 * len(panels)), '<rect width="100%" height="100%" fill="white"/>']
    for i, (title, series) in enumerate(panels):
        x0, y0, side = 50 + 300 * i, 280, 230
        out.append(f'<text x="{x0}" y="30">{title}</text>')
        out.append(f'<rect x="{x0}" y="{y0 - side}" width="{side}" height="{side}" fill="none" stroke="#888"/>')
        out.append(f'<line x1="{x0}" y1="{y0}" x2="{x0 + side}" y2="{y0 - side}" stroke="#bbb"/>')
        for tick in (0, 0.5, 1):
            out.append(f'<text x="{x0 + tick * side - 8:.0f}" y="{y0 + 16}">{tick}</text>')
            out.append(f'<text x="{x0 - 24}" y="{y0 - tick * side + 4:.0f}">{tick}</text>')
        out.append(f'<text x="{x0 + 70}" y="{y0 + 34}">probability said</text>')
        for colour, points in series:
            for said, seen, n in points:
                out.append(f'<circle cx="{x0 + said * side:.1f}" cy="{y0 - seen * side:.1f}" '
                           f'r="{2 + math.sqrt(n):.1f}" fill="{colour}" fill-opacity="0.6"><title>{n}</title></circle>')
    return "\n".join(out + ["</svg>", ""])


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
    panels, worse = [], False
    for one, other in (("cwru", "hit_sm"), ("hit_sm", "cwru")):
        a, b = fitted([(odds(p), y) for _, p, y in seen[one]])
        shown = [(f, chance(a * odds(p) + b), p, y) for f, p, y in seen[other]]
        brier = [sum((q - y) ** 2 for f, q, _, y in shown if f == fault) / (len(shown) / 4) for fault in FAULTS]
        rate = sum(y for *_, y in shown) / len(shown)
        print(f"| {one} | {other} | {a:.2f} z {b:+.2f} | " + " | ".join(f"{v:.3f}" for v in brier)
              + f" | {sum(brier) / 4:.3f} | {sum((p - y) ** 2 for _, _, p, y in shown) / len(shown):.3f} | "
              + f"{rate * (1 - rate):.3f} |")
        shipped = sum((p - y) ** 2 for _, _, p, y in shown) / len(shown)
        worse = worse or shipped > rate * (1 - rate)
        mapped, plain = tenths([(q, y) for _, q, _, y in shown]), tenths([(p, y) for _, _, p, y in shown])
        for what, points in (("calibrated on " + one, mapped), ("as shipped", plain)):
            print(f"\nshown on {other}, {what}: said (mean of the tenth), seen, number")
            for said, share, n in points:
                print(f"  {said:.2f}  {share:.2f}  {n}")
        panels.append((f"{other}: shipped (blue), from {one} (orange)", [("#1f77b4", plain), ("#ff7f0e", mapped)]))
    if len(sys.argv) > 3 and sys.argv[3]:
        pathlib.Path(sys.argv[3]).write_text(diagram(panels))
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
