#!/usr/bin/env python3
"""Scores `pdm commission` on recordings whose sidecars keep the sampling rate alone: score.py PDM DATA WORK.

Prints what was found per file and fails where the floor is not held: every machine running, no speed wrong by more than
1 % on more than 2 % of the files, a configuration that `pdm run --check` accepts every time.
"""
import json
import pathlib
import subprocess
import sys


def main():
    program, data, work = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3])
    files = sorted(data.glob("*/*.f32"))
    if not files:
        print("SKIPPED: no recorded data in", data)
        return 0
    work.mkdir(parents=True, exist_ok=True)
    rows = []
    for file in files:
        truth = json.loads(file.with_suffix(".json").read_text())
        bare = work / file.name
        bare.unlink(missing_ok=True)
        bare.symlink_to(file)
        bare.with_suffix(".json").write_text(json.dumps({"fs_hz": truth["fs_hz"]}))
        config = work / (file.stem + "_plant.json")
        said = subprocess.run([program, "commission", "--config", str(config), str(bare)], capture_output=True, text=True,
                              check=True, stdin=subprocess.DEVNULL).stdout
        found = json.loads(said)
        valid = subprocess.run([program, "run", "--check", str(config)], capture_output=True,
                               stdin=subprocess.DEVNULL, check=False).returncode == 0
        shaft = truth.get("shaft_hz") or truth["rpm"] / 60
        hz = found["speed"]["hz"]
        speed = "none" if hz is None else "right" if abs(hz / shaft - 1) <= 0.01 else "WRONG"
        rows.append((found["running"] == "running", speed, valid))
        print(f"{file.stem:32s} {found['running']:8s} {shaft:7.2f} {hz or 0:7.3f} {speed:5s} "
              f"{'valid' if valid else 'INVALID'} {found['speed']['why'] or ''}")
    wrong = sum(r[1] == "WRONG" for r in rows)
    print(f"{len(rows)} files: running {sum(r[0] for r in rows)}, speed right {sum(r[1] == 'right' for r in rows)}, "
          f"wrong {wrong}, abstained {sum(r[1] == 'none' for r in rows)}, configurations valid {sum(r[2] for r in rows)}")
    return 0 if all(r[0] and r[2] for r in rows) and wrong <= 0.02 * len(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
