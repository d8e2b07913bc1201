#!/usr/bin/env python3
"""Every class of pdm::edge that says its footprint() stands in the lists of tests/footprint, so that the law and the
table of bytes reach it."""
import pathlib
import re
import sys

EDGE = "core signal dsp features anomaly diagnostics prognostics advisory".split()
# Not blocks of their own, or held to the law elsewhere.
EXCEPT = {
    "butterworth_filter": "base of lowpass, highpass, bandpass and bandstop",
    "frame_buffer": "inside frame and sliced",
    "smooth_plan": "inside native_fft", "complex_plan": "inside native_fft",
    "fftw_fft": "FFTW's own memory comes from the heap",
    "life_model": "needs a learned archive: tests/learning/life_fit_test.cpp opens it with footprint() bytes",
}
CLASS = re.compile(r"^(?:class|struct) (\w+)")


def main():
    root = pathlib.Path(sys.argv[1])
    listed = "".join(f.read_text() for f in sorted((root / "tests/footprint").glob("*.hpp")))
    wrong, found = [], 0
    for header in (h for m in EDGE for h in sorted((root / "include/pdm" / m).glob("*.hpp"))):
        within = None
        for number, line in enumerate(header.read_text().splitlines(), 1):
            if opened := CLASS.match(line):
                within = opened[1]
            if not re.match(r"  (?:\[\[nodiscard\]\] )?(?:static )?(?:constexpr )?std::size_t footprint\(", line):
                continue
            found += 1
            if within not in EXCEPT and not re.search(rf"\b{within}\b *[<({{;]", listed):
                wrong.append(f"{header.relative_to(root)}:{number}: {within} is in no list of tests/footprint")
    wrong += [f"{name}: no longer there, take it off the exceptions" for name in EXCEPT
              if not any(re.search(rf"^class {name}\b", h.read_text(), re.M) for h in (root / "include/pdm").rglob("*.hpp"))]
    print(*wrong, f"{found} footprints, {len(wrong)} wrong", sep="\n")
    sys.exit(1 if wrong or found < 50 else 0)


if __name__ == "__main__":
    main()
