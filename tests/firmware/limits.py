#!/usr/bin/env python3
"""The image of a device keeps to its limits, and what it says before it starts is what it takes.

    limits.py --size SIZE --text BYTES --ram BYTES --image IMAGE [--run [EMULATOR OPTION...] IMAGE]

RAM is data and bss: the arena and the stack are arrays of the image. The stack's own high-water mark comes from the run.
"""
import argparse
import subprocess
import sys

STACK = 8 * 1024  # board::stack_bytes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", required=True)
    parser.add_argument("--text", type=int, required=True)
    parser.add_argument("--ram", type=int, required=True)
    parser.add_argument("--image", required=True)
    parser.add_argument("--run", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    table = subprocess.run([options.size, options.image], capture_output=True, text=True, check=True).stdout
    text, data, bss = (int(n) for n in table.splitlines()[1].split()[:3])
    wrong = []
    print(f"text {text}, RAM {data + bss} (data {data}, bss {bss})")
    if not 0 < text + data <= options.text:
        wrong.append(f"text and data take {text + data} bytes, allowed are {options.text}")
    if not 0 < data + bss <= options.ram:
        wrong.append(f"RAM takes {data + bss} bytes, allowed are {options.ram}")
    if options.run:
        run = subprocess.run(options.run, capture_output=True, text=True, check=False)
        print(run.stdout, end="")
        said = dict(line.rsplit(": ", 1) for line in run.stdout.splitlines())
        if run.returncode != 0:
            wrong.append(f"the program ended with {run.returncode}")
        if said.get("arena said before start") != said.get("arena taken", ""):
            wrong.append("the arena takes other than what was said")
        if not list(said).index("arena said before start") < list(said).index("arena taken"):
            wrong.append("said too late")
        if not 0 < int(said.get("stack used", 0)) <= STACK * 3 // 4:
            wrong.append(f"of the stack's {STACK} bytes {said.get('stack used')} were used: less than a quarter is left")
    print(*wrong, sep="\n")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
