#!/usr/bin/env python3
"""Every header compiles alone and twice in a row, with warnings as errors; headers of pdm::edge also without
exceptions and RTTI.

    headers.py --root DIR --work DIR --compiler CXX [--compiler CXX2] [--edge-only] [-- FLAGS...]
"""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys

EDGE = ("core", "signal", "dsp", "features", "anomaly", "diagnostics", "prognostics", "advisory")
WARNINGS = "-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror".split()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--compiler", action="append", required=True)
    parser.add_argument("--edge-only", action="store_true")
    parser.add_argument("--skip", action="append", default=[], help="header whose dependency is not there")
    parser.add_argument("flags", nargs="*")
    options = parser.parse_args()
    root, work = pathlib.Path(options.root) / "include", pathlib.Path(options.work)
    work.mkdir(parents=True, exist_ok=True)

    jobs = []
    for header in sorted(root.glob("pdm/**/*.h*")):
        name = str(header.relative_to(root))
        module = name.split("/")[1]
        edge = module in EDGE
        if name in options.skip:
            print(f"not checked: {name}, its dependency is not there")
            continue
        if options.edge_only and not edge and not name.endswith(".h"):
            continue
        unit = work / (name.replace("/", "_") + (".c" if name.endswith(".h") else ".cpp"))
        unit.write_text(f'#include "{name}"\n#include "{name}"\n')
        for compiler in options.compiler:
            if name.endswith(".h"):
                c = {"g++": "gcc", "clang++": "clang"}.get(os.path.basename(compiler), "cc")
                jobs.append((name, [c, "-std=c99", *WARNINGS, f"-I{root}", "-fsyntax-only", str(unit)]))
                continue
            base = [compiler, "-std=c++20", *WARNINGS, f"-I{root}", *options.flags, "-fsyntax-only", str(unit)]
            if edge:
                base += ["-fno-exceptions", "-fno-rtti"]
            elif "g++" in compiler and "clang" not in compiler:
                base += ["-Wno-mismatched-new-delete", "-Wno-restrict"]  # false alarms of GCC 12
            jobs.append((name, base))

    def compile_one(job):
        done = subprocess.run(job[1], capture_output=True, text=True, check=False)
        return None if done.returncode == 0 else f"{job[0]} does not compile alone with {job[1][0]}:\n{done.stderr}"

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        wrong = [text for text in pool.map(compile_one, jobs) if text]
    print(*wrong, f"{len(jobs)} compiled, {len(wrong)} wrong", sep="\n")
    sys.exit(1 if wrong or not jobs else 0)


if __name__ == "__main__":
    main()
