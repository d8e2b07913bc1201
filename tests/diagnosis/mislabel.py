#!/usr/bin/env python3
"""Sampling rate or speed written down wrong by 2 or 4: mislabel.py PDM DATA WORK.

Every recorded bearing is diagnosed with its own sidecar and with eight wrong ones. Fails where fewer than nine in ten
wrong ones are flagged by `quality`, more than 4 % get a verdict, or a right one of CWRU and MFPT is flagged.
"""
import json
import pathlib
import subprocess
import sys


def main():
    program, data, work = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    work.mkdir(parents=True, exist_ok=True)
    jobs = []
    for f in [f for s in ("cwru", "mfpt", "hit_sm") for f in sorted((data / s).glob("*.f32"))]:
        side = json.loads(f.with_suffix(".json").read_text())
        for keys in (("fs_hz",), ("shaft_hz", "rpm")):
            for factor in (0.25, 0.5, 1, 2, 4):
                name = work / f"{f.parent.name}_{f.stem}_{keys[0]}_{factor}.f32"
                if not name.exists():
                    name.symlink_to(f.resolve())
                name.with_suffix(".json").write_text(
                    json.dumps(side | {k: side[k] * factor for k in keys if k in side}))
                jobs.append((f.parent.name, factor, name))
    if not jobs:
        print("SKIPPED: no recorded data in", data)
        return 0
    out = subprocess.run([program, "diagnose", *(str(j[2]) for j in jobs)], capture_output=True, text=True,
                         stdin=subprocess.DEVNULL, check=True).stdout
    wrong = flagged = confirmed = rejected = 0
    for (rig, factor, _), line in zip(jobs, map(json.loads, out.splitlines())):
        flag = bool({"rate_off", "speed_off"} & set(line["quality"]["reasons"]))
        if factor == 1:
            rejected += flag and rig != "hit_sm"
            continue
        wrong += 1
        flagged += flag
        confirmed += not flag and line["verdict"] != "unknown"
    print(f"wrong labels flagged: {flagged} of {wrong}; given a verdict: {confirmed}; right labels rejected: {rejected}")
    return 0 if flagged >= 0.9 * wrong and confirmed <= 0.04 * wrong and rejected == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
