#!/usr/bin/env python3
"""Runs a program and holds what it prints against the file beside it: same_output.py EXPECTED PROGRAM [ARGUMENT...]"""
import difflib
import pathlib
import subprocess
import sys


def main():
    expected = pathlib.Path(sys.argv[1]).read_text().splitlines()
    run = subprocess.run(sys.argv[2:], capture_output=True, text=True, check=False)
    found = run.stdout.splitlines()
    print(*difflib.unified_diff(expected, found, "expected", "found", lineterm=""), run.stderr, sep="\n")
    sys.exit(0 if run.returncode == 0 and expected and found == expected else 1)


if __name__ == "__main__":
    main()
