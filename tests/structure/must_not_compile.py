#!/usr/bin/env python3
"""What must not compile: each file is compiled twice, with PDM_BAD and without, so that it cannot rot.

Without PDM_BAD it must compile; with it, it must not, and the compiler must say what stands behind "expect:" in the
file's first lines (a regular expression). A line "flags:" adds compiler flags.
"""
import pathlib
import re
import subprocess
import sys


def said_in(text, key):
    found = re.search(rf"^// {key}: (.+)$", text, re.MULTILINE)
    return found.group(1).strip() if found else ""


def check(compiler, root, file):
    text = file.read_text()
    command = [compiler, "-std=c++20", "-Werror", f"-I{root}/include", f"-I{root}/tests", "-fsyntax-only",
               *said_in(text, "flags").split(), str(file)]
    good = subprocess.run(command, capture_output=True, text=True, check=False)
    if good.returncode != 0:
        return f"{file.name}: does not compile with the bad line off:\n{good.stderr}"
    bad = subprocess.run([*command, "-DPDM_BAD"], capture_output=True, text=True, check=False)
    if bad.returncode == 0:
        return f"{file.name}: compiles with the bad line on"
    expected = said_in(text, "expect")
    if not expected:
        return f"{file.name}: says nothing to expect"
    if not re.search(expected, bad.stderr):
        return f"{file.name}: refused, but not with /{expected}/:\n{bad.stderr}"
    return None


def main():
    root, compilers = pathlib.Path(sys.argv[1]), sys.argv[2:]
    cases = sorted((root / "tests" / "must_not_compile").glob("*.cpp"))
    wrong = [w for c in compilers for f in cases if (w := check(c, root, f))]
    print(*wrong, f"{len(cases)} cases, {len(compilers)} compilers, {len(wrong)} wrong", sep="\n")
    sys.exit(1 if wrong or not cases else 0)


if __name__ == "__main__":
    main()
