#!/usr/bin/env python3
"""Sums what ctest ran: summary.py JUNIT.xml [JUNIT.xml...].

A test that ends with "N passed, N failed, N skipped" counts its cases; any other counts one. Failed tests are shown
with what they printed. The last line is the sum; exit 1 when something failed or nothing ran.
"""
import re
import sys
import xml.etree.ElementTree as xml

COUNTS = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", re.MULTILINE)


def counts_of(case):
    said = case.findtext("system-out") or ""
    status = case.get("status")
    found = COUNTS.findall(said)
    if found:
        passed, failed, skipped = map(int, found[-1])
        return passed, failed if status != "fail" else max(failed, 1), skipped
    if status == "fail":
        return 0, 1, 0
    if status != "run" or re.search(r"^SKIPPED:", said, re.MULTILINE):
        return 0, 0, 1
    return 1, 0, 0


def main():
    total, slow = [0, 0, 0], []
    for file in sys.argv[1:]:
        try:
            cases = list(xml.parse(file).getroot().iter("testcase"))
        except (OSError, xml.ParseError) as wrong:
            print(f"FAILED: {file}: {wrong}")
            total[1] += 1
            continue
        for case in cases:
            counts = counts_of(case)
            total = [a + b for a, b in zip(total, counts)]
            slow.append((float(case.get("time") or 0), case.get("name")))
            said = (case.findtext("system-out") or "").strip()
            if counts[1]:
                print(f"==== FAILED: {case.get('name')}\n{said[-6000:]}\n")
            else:
                print(*[f"{case.get('name')}: {line}" for line in said.splitlines() if line.startswith("SKIPPED:")],
                      sep="\n", end="\n" if "SKIPPED:" in said else "")
    slowest = ", ".join(f"{name} {t:.0f} s" for t, name in sorted(slow, reverse=True)[:5])
    print(f"slowest: {slowest}")
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    sys.exit(1 if total[1] or not total[0] else 0)


if __name__ == "__main__":
    main()
