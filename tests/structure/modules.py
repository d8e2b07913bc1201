#!/usr/bin/env python3
"""Holds the module table of the design: a module includes only what its row allows, and what these include.

Checked are #include lines of include/pdm/<module>/ and src/<module>/. Edge modules are held to more: of the standard
library nothing that prints, waits, opens or asks the time, and no third-party header but those named here.
"""
import pathlib
import re
import sys

# module: what its row allows (transitively extended below)
TABLE = {
    "core": [],
    "signal": ["core"],
    "dsp": ["signal"],
    "features": ["dsp"],
    "anomaly": ["features"],
    "diagnostics": ["features"],
    "prognostics": ["features"],
    "advisory": ["features"],
    "wire": ["core"],
    "acquisition": ["signal", "wire"],
    "delivery": ["signal", "wire"],
    "sim": ["dsp"],
    "model": ["core", "wire"],
    "learning": ["prognostics"],
    "report": ["core"],
    "monitor": ["core", "signal", "dsp", "features", "anomaly", "diagnostics", "prognostics", "advisory", "wire",
                "acquisition", "delivery", "sim", "model", "learning", "report"],
    "capi": ["advisory", "anomaly", "diagnostics", "prognostics"],
    "cli": ["monitor"],
    "python": ["monitor"],
    "gateway": ["monitor"],
}
EDGE = ["core", "signal", "dsp", "features", "anomaly", "diagnostics", "prognostics", "advisory"]
# What pdm::edge must not use: it prints nothing, waits for nothing, opens nothing and asks no clock.
FORBIDDEN_IN_EDGE = {
    "iostream", "istream", "ostream", "fstream", "sstream", "iomanip", "syncstream", "print",
    "thread", "mutex", "shared_mutex", "condition_variable", "future", "semaphore", "latch", "barrier", "stop_token",
    "chrono", "ctime", "time.h", "filesystem", "locale", "regex", "random", "typeinfo", "unistd.h", "coroutine",
}
# <cstdio> is there for snprintf alone.
FORBIDDEN_CALLS = re.compile(r"(?<![\w.])(?:std::)?(?:printf|fprintf|puts|putchar|fopen|fputs|abort|exit|getenv)\s*\(")
# Third-party headers an edge module may include: Eigen where the design takes it, FFTW behind the fft concept.
# Vector intrinsics come with the compiler.
VECTOR = ["arm_neon.h", "immintrin.h", "emmintrin.h", "x86intrin.h"]
THIRD_PARTY_IN_EDGE = {"core": VECTOR, "anomaly": ["Eigen/"], "prognostics": ["Eigen/"], "dsp": ["fftw3.h", *VECTOR],
                       "features": VECTOR}


# What a single header may include beyond that: FFTW's planner stands behind one lock.
EXCEPTIONS = {"include/pdm/dsp/fftw_fft.hpp": ["mutex"]}


def reachable(module, seen=None):
    seen = set() if seen is None else seen
    for other in TABLE[module]:
        if other not in seen:
            seen.add(other)
            reachable(other, seen)
    return seen


def check_table():
    for a in ("anomaly", "diagnostics", "prognostics"):
        for b in ("anomaly", "diagnostics", "prognostics"):
            assert a == b or b not in reachable(a), f"{a} and {b} must not include each other"
    assert "delivery" not in reachable("acquisition") and "acquisition" not in reachable("delivery")
    assert all(m in EDGE for e in EDGE for m in reachable(e)), "an edge module reaches beyond the edge"


def files(root):
    for folder in (root / "include" / "pdm", root / "src"):
        for file in sorted(folder.rglob("*")):
            if file.suffix in (".hpp", ".cpp", ".h") and len(file.relative_to(folder).parts) > 1:
                yield file.relative_to(folder).parts[0], file


def check_file(root, module, file):
    place = file.relative_to(root)
    if module not in TABLE:
        yield f"{place}: module '{module}' is not in the table"
        return
    allowed = reachable(module) | {module}
    # "capi" also stands for include/pdm/pdm.h, the C interface.
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if module in EDGE and (call := FORBIDDEN_CALLS.search(line.split("//")[0])):
            yield f"{place}:{number}: {call.group(0).strip('( ')}() has no place in pdm::edge"
        found = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if not found:
            continue
        mark, name = found.groups()
        parts = name.split("/")
        if parts[0] == "pdm" and len(parts) > 2:
            if parts[1] not in TABLE:
                yield f"{place}:{number}: includes unknown module '{parts[1]}'"
            elif parts[1] not in allowed:
                yield f"{place}:{number}: {module} may not include {parts[1]} ({name})"
        elif mark == '"' and len(parts) > 1 and parts[0] in TABLE and parts[0] not in allowed:
            yield f"{place}:{number}: {module} may not include {parts[0]} ({name})"
        elif module in EDGE and mark == "<":
            third_party = "/" in name or name.endswith(".h")
            permitted = any(name.startswith(p) for p in THIRD_PARTY_IN_EDGE.get(module, []))
            if name in EXCEPTIONS.get(str(place), []):
                continue
            if name in FORBIDDEN_IN_EDGE or (third_party and not permitted):
                yield f"{place}:{number}: <{name}> has no place in pdm::edge"


def main():
    root = pathlib.Path(sys.argv[1])
    check_table()
    wrong, seen = [], 0
    for module, file in files(root):
        seen += 1
        wrong += check_file(root, module, file)
        if module in EDGE and file.suffix == ".hpp" and "#pragma once" not in file.read_text():
            wrong.append(f"{file.relative_to(root)}: no #pragma once")
    for line in wrong:
        print(line)
    print(f"{seen} files, {len(wrong)} wrong")
    sys.exit(1 if wrong or seen == 0 else 0)


if __name__ == "__main__":
    main()
