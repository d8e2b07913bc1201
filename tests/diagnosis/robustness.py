#!/usr/bin/env python3
"""What a verdict does when the measurement is spoilt: robustness.py PDM DATA WORK. Prints the table of docs/diagnosis.md.

Each record of the recorded sets is spoilt in turn (geometry, speed, hum, clipping, a gap) and diagnosed again. Counted
are faulty records named right, wrong, unknown and called normal, and sound ones named. Labels are for counting only.
Fails where a record is named wrongly, a sound one included.
"""
import array
import json
import math
import pathlib
import subprocess
import sys


def scaled_bearing(factor):
    def change(side, x):
        side["bearing"] = {k: v * factor if isinstance(v, (int, float)) else v for k, v in side["bearing"].items()}
        return x
    return change


def speed_off(factor):
    def change(side, x):
        for key in ("shaft_hz", "rpm"):
            if key in side:
                side[key] *= factor
        return x
    return change


def rms(x):
    return math.sqrt(sum(v * v for v in x) / len(x))


def hum(side, x):
    fs, size = side["fs_hz"], rms(x)
    return array.array("f", (v + 1.4142 * size * math.sin(2 * math.pi * 50 * i / fs) for i, v in enumerate(x)))


def clipped(_, x):
    limit = sorted(abs(v) for v in x)[int(0.9 * len(x))]
    return array.array("f", (max(-limit, min(limit, v)) for v in x))


def gap(_, x):
    n = len(x)
    return x[:int(0.45 * n)] + x[int(0.55 * n):]


CHANGES = {"as recorded": lambda s, x: x,
           "bearing 5 % too large": scaled_bearing(1.05), "bearing 5 % too small": scaled_bearing(0.95),
           "speed 3 % too high": speed_off(1.03), "speed 3 % too low": speed_off(0.97),
           "50 Hz hum as strong as the record": hum, "10 % clipped": clipped, "a tenth missing in the middle": gap}


def main():
    program, data, work = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    work.mkdir(parents=True, exist_ok=True)
    records = [f for s in ("cwru", "mfpt", "hit_sm") for f in sorted((data / s).glob("*.f32"))]
    if not records:
        print("SKIPPED: no recorded data in", data)
        return 0
    print("| change | right | wrong | unknown | normal | sound named | mean probability of the truth | worst wrong |")
    print("|---|---|---|---|---|---|---|---|")
    code = 0
    for name, change in CHANGES.items():
        right = wrong = unknown = normal = sound = 0
        believed, worst = [], 0.0
        files, labels = [], []
        for f in records:
            side, x = json.loads(f.with_suffix(".json").read_text()), array.array("f")
            x.frombytes(f.read_bytes())
            x = change(side, x)
            spoilt = work / f"{f.parent.name}_{f.name}"
            spoilt.write_bytes(x.tobytes())
            spoilt.with_suffix(".json").write_text(json.dumps(side))
            files.append(spoilt)
            labels.append(side["label"])
        out = subprocess.run([program, "diagnose", *map(str, files)], capture_output=True, text=True,
                             stdin=subprocess.DEVNULL, check=True).stdout
        for label, line in zip(labels, map(json.loads, out.splitlines())):
            verdict = line["verdict"]
            named = verdict not in ("normal", "unknown")
            if label == "normal":
                sound += named
                continue
            believed.append(line["probability"][label])
            right += verdict == label
            unknown += verdict == "unknown"
            normal += verdict == "normal"
            wrong += named and verdict != label
            if named and verdict != label:
                worst = max(worst, line["probability"][verdict])
        print(f"| {name} | {right} | {wrong} | {unknown} | {normal} | {sound} | {sum(believed) / len(believed):.2f} | "
              f"{worst:.2f} |", flush=True)
        code |= wrong + sound > 0
    return code


if __name__ == "__main__":
    sys.exit(main())
