#!/usr/bin/env python3
"""Instructions of the main lines, counted by valgrind and held to ceiling.json beside this file.

  ceiling.py COUNTED --compiler "GNU 12.2.0" [--update]
  ceiling.py COUNTED LINE:BLOCK... --frames 10000    the longest call, in slices, nothing compared

COUNTED is tests/ceiling/counted.cpp built as released. Counted are instructions inside counted_call, without those in
the C library and the dynamic linker, which choose their variants by processor; vectors are kept to 16 (base) or 32
bytes (avx2), so that the figures are the same on every x86-64. A count may grow by the tolerance in the file; what
shrank is told, and --update writes it down. In slices the longest call is held to 4 times the median one, whatever the
file says. Skipped without valgrind and with another compiler than the figures are of."""
import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

FIGURES = pathlib.Path(__file__).with_name("ceiling.json")
FRAMES = 130  # learning ends in frame 61 (C interface: 91), a fault stands from 110 to 119
MOST = 4.0    # longest call, in medians
CASES = [("c_line", "whole", 256, "base"), ("c_line", "sliced", 256, "base"), ("chain", "sliced", 128, "base"),
         ("window_vector", "whole", 256, "base"), ("window_vector", "whole", 256, "avx2"),
         ("window_vector", "sliced", 64, "avx2"), ("learning", "sliced", 64, "avx2")]
ELSEWHERE = re.compile(r"/(libc|libm|ld-linux[^/]*|libpthread)[-.]")


def instructions_by_part(file):
    """Own instructions of every dump in a file of callgrind, one a call where it dumped after each."""
    parts, names, here, inclusive = [], {}, True, False
    for line in file:
        first = line[0] if line else ""
        if first.isdigit() or first in "+-*":
            if inclusive:
                inclusive = False
            elif here:
                parts[-1] += int(line.split()[1])
        elif line.startswith("ob="):
            number, _, name = line[3:].rstrip().partition(" ")
            if name:
                names[number] = name
            here = not ELSEWHERE.search(names.get(number, name or number))
        elif line.startswith("cob="):
            number, _, name = line[4:].rstrip().partition(" ")
            if name:
                names[number] = name
        elif line.startswith("calls="):
            inclusive = True
        elif line.startswith("part:"):
            parts.append(0)
            here = True
    return parts


def count(program, line, way, block, level, frames=FRAMES):
    """Instructions per sample and, in slices, of the median and of the longest call; None: not on this processor."""
    with tempfile.TemporaryDirectory() as work:
        out = pathlib.Path(work) / "counts"
        each_call = ["--dump-after=counted_call"] if way == "sliced" else []
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--toggle-collect=counted_call", "--combine-dumps=yes", *each_call,
             f"--callgrind-out-file={out}", program, line, way, str(block), str(frames)],
            env={**os.environ, "PDM_LEVEL": level}, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            sys.exit(f"ceiling: {line} {way} {block} {level} failed:\n{done.stdout}{done.stderr}")
        if "SKIPPED" in done.stdout:
            return None
        told = dict(entry.split() for entry in done.stdout.splitlines())
        if told["overruns"] != "0":
            sys.exit(f"ceiling: {line} {way} {block}: {told['overruns']} overruns")
        with open(out) as file:
            parts = instructions_by_part(file)
    figures = {"per_sample": round(sum(parts) / int(told["samples"]), 2)}
    if way == "sliced":
        calls = parts[:int(told["calls"])]
        figures |= {"median": int(statistics.median(calls)), "longest": max(calls)}
    return figures


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("counted")
    ask.add_argument("lines", nargs="*", metavar="LINE:BLOCK")
    ask.add_argument("--compiler", default="", help="name and version of the one that built it")
    ask.add_argument("--frames", type=int, default=FRAMES)
    ask.add_argument("--update", action="store_true")
    asked = ask.parse_args()
    compiler = ".".join(asked.compiler.split(".")[:1])
    held = json.loads(FIGURES.read_text()) if FIGURES.exists() else {"tolerance": 0.02, "cases": {}}
    if shutil.which("valgrind") is None:
        return print("SKIPPED: no valgrind here") or 0
    for case in asked.lines:
        line, _, block = case.partition(":")
        figures = count(asked.counted, line, "sliced", int(block), "avx2", asked.frames)
        print(f"{case}: {figures}, ratio {figures['longest'] / figures['median']:.2f}", flush=True)
    if asked.lines:
        return 0
    if not asked.update and held["compiler"] != compiler:
        return print(f"SKIPPED: the figures are of {held['compiler']}, this is {compiler}") or 0
    failed, now = 0, {}
    for case in CASES:
        name, figures = " ".join(map(str, case)), count(asked.counted, *case)
        if figures is None:
            print(f"{name}: not on this processor")
            continue
        now[name] = figures
        before = held["cases"].get(name)
        told = ", ".join(f"{key} {value}" for key, value in figures.items())
        print(f"{name}: {told}" + (f" (was {before['per_sample']})" if before else ""))
        if figures.get("longest", 0) > MOST * figures.get("median", 1):
            failed += 1
            print(f"  FAILED: the longest call is more than {MOST} times the median")
        if asked.update:
            continue
        if before is None or figures["per_sample"] > before["per_sample"] * (1 + held["tolerance"]):
            failed += 1
            print(f"  FAILED: more than {held['tolerance']:.0%} above; if it must be: ceiling.py --update, and say why")
        elif figures["per_sample"] < before["per_sample"] * (1 - held["tolerance"]):
            print("  less than before: --update keeps it")
    if asked.update:
        FIGURES.write_text(json.dumps({"compiler": compiler, "tolerance": held["tolerance"], "frames": FRAMES,
                                       "cases": {**held["cases"], **now}}, indent=1) + "\n")
    return 1 if failed else 0


sys.exit(main())
