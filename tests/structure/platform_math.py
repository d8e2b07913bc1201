#!/usr/bin/env python3
"""Headers of pdm::edge and the C interface call no elementary function of the platform, whose last bits differ from one
C library to the next: core/math has them. What IEEE 754 rounds correctly (square root, floor, ceil) is allowed."""
import pathlib
import re
import sys

EDGE = "core signal dsp features anomaly diagnostics prognostics advisory".split()
NAMES = ("exp|exp2|expm1|log|log2|log10|log1p|pow|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|asinh|acosh|atanh|"
         "erf|erfc|tgamma|lgamma|hypot|cbrt|fma|polar|arg")
CALL = re.compile(rf"\bstd::({NAMES})[fl]?\s*[(<]|\b__builtin_({NAMES})f?\s*[(]")


def main():
    root = pathlib.Path(sys.argv[1])
    files = [f for m in EDGE for f in sorted((root / "include/pdm" / m).rglob("*.[hi][pn][pl]"))]
    files += sorted((root / "src/capi").glob("*.[ch]pp"))
    wrong = []
    for file in files:
        for number, line in enumerate(file.read_text().splitlines(), 1):
            found = CALL.search(line.split("//")[0])
            if found:
                wrong.append(f"{file.relative_to(root)}:{number}: {found[0]} is the platform's; use pdm::math")
    print(*wrong, f"{len(files)} files, {len(wrong)} wrong", sep="\n")
    sys.exit(1 if wrong or len(files) < 50 else 0)


if __name__ == "__main__":
    main()
