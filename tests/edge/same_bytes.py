#!/usr/bin/env python3
"""Two builds of one program must print the same bytes.

    same_bytes.py --reference PROGRAM [--needs FILE] --args ARG... --program [EMULATOR OPTION...] PROGRAM

Prints where they part, or how much was compared. Without the FILE it needs, one line that starts with SKIPPED:.
"""
import argparse
import hashlib
import pathlib
import subprocess
import sys


def run(command):
    # Windows ends a line of text its own way.
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.replace(b"\r\n", b"\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reference", required=True)
    parser.add_argument("--needs", type=pathlib.Path)
    parser.add_argument("--args", nargs="*", default=[])
    parser.add_argument("--program", nargs=argparse.REMAINDER, required=True)
    options = parser.parse_args()
    if options.needs and not options.needs.exists():
        print(f"SKIPPED: {options.needs.name} is not here")
        return 0
    wanted = run([options.reference, *options.args])
    found = run([*options.program, *options.args])
    if not wanted.count(b"\nevent ") or not wanted.count(b"\nlife "):
        print("FAILED: no event or no life was printed, so nothing was compared")
        return 1
    if wanted != found:
        pairs = zip(wanted.splitlines(), found.splitlines())
        at, (a, b) = next(((i, p) for i, p in enumerate(pairs, 1) if p[0] != p[1]), (0, (b"one ends early", b"")))
        print(f"FAILED: line {at} differs\n  {a.decode()}\n  {b.decode()}")
        return 1
    print(f"{len(found)} bytes, {found.count(b'event ')} events, the same; sha256 {hashlib.sha256(found).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
