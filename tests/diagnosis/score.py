#!/usr/bin/env python3
"""Scores `pdm diagnose` on the recorded sets: score.py PDM DATA. Labels of the sidecars are used here and nowhere else.

Prints the table per file and fails where the floor is not held: every race fault of CWRU at 12 kHz, of MFPT and HIT-SM
named, at most two wrong names among the 18 at 12 kHz, no healthy record with a fault named or above one half.
"""
import json
import pathlib
import subprocess
import sys

FAULTS = {"inner_race", "outer_race", "ball"}


def main():
    program, data = sys.argv[1], pathlib.Path(sys.argv[2])
    files = [f for s in ("cwru", "mfpt", "hit_sm") for f in sorted((data / s).glob("*.f32"))]
    if not files:
        print("SKIPPED: no recorded data in", data)
        return 0
    out = subprocess.run([program, "diagnose", *map(str, files)], capture_output=True, text=True, check=True).stdout
    right, named_wrong, healthy_named, missed = {}, 0, 0, 0
    for line in map(json.loads, out.splitlines()):
        file = pathlib.Path(line["file"])
        label = json.loads(file.with_suffix(".json").read_text())["label"]
        kind, verdict = (file.parent.name, file.name[:3]), line["verdict"]
        worst = max(line["probability"].values())
        named = verdict not in ("normal", "unknown")
        top = line["ranking"][0] if line["ranking"] else {"fault": "", "score": 0}
        print(f"{file.stem:32s} {label:10s} {verdict:10s} {worst:5.2f} {top['fault']:10s} {top['score']:6.1f}")
        if label == "normal":
            healthy_named += named or worst > 0.5
        elif label != "ball":
            good = verdict == label
            right.setdefault(kind[0], [0, 0])[0] += good
            right[kind[0]][1] += 1
            missed += not good
        named_wrong += kind[1] == "12k" and named and verdict != label
    print("race faults named:", {k: f"{a} of {b}" for k, (a, b) in right.items()},
          "wrong names at 12 kHz:", named_wrong, "healthy named:", healthy_named)
    return 0 if missed == 0 and named_wrong <= 2 and healthy_named == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
