#!/usr/bin/env python3
"""Runs a Catch2 program, prints what failed, and last how many cases passed, failed and were skipped.

A case is skipped when it prints a line that starts with "SKIPPED:" (or uses Catch2 v3's SKIP).
The tier comes from PDM_TEST_TIER: cases tagged [full] and [soak] belong to those tiers, all others to quick.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

TIERS = {"quick": "~[full]~[soak]", "full": "~[soak]", "soak": "*,[soak]"}


def cases_of(report):
    """Elements TestCase of a report, also of one cut short by a crash; and whether it was whole."""
    parser = xml.XMLPullParser(["end"])
    cases, whole = [], True
    try:
        parser.feed(report)
        for _, element in parser.read_events():
            if element.tag == "TestCase":
                cases.append(element)
        parser.close()
    except xml.ParseError:
        whole = False
        for _, element in parser.read_events():
            if element.tag == "TestCase":
                cases.append(element)
    return cases, whole


def explain(case):
    print(f"FAILED: {case.get('name')}  ({case.get('filename')}:{case.get('line')})")
    for element in case.iter():
        place = f"  {element.get('filename')}:{element.get('line')}"
        if element.tag == "Expression" and element.get("success") == "false":
            said = " ".join((element.findtext("Original") or "").split())
            found = " ".join((element.findtext("Expanded") or "").split())
            print(f"{place}: {element.get('type')}( {said} )\n    with: {found}")
        elif element.tag in ("Failure", "Exception", "FatalErrorCondition"):
            print(f"{place}: {element.tag}: {(element.text or '').strip()}")
        elif element.tag == "Info":
            print(f"    {(element.text or '').strip()}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command", nargs=argparse.REMAINDER, help="the program, or an emulator with its options and it")
    options = parser.parse_args()
    tier = os.environ.get("PDM_TEST_TIER", "full")
    if tier not in TIERS:
        sys.exit(f"PDM_TEST_TIER={tier}: not one of {', '.join(TIERS)}")

    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        run = subprocess.run([*options.command, TIERS[tier], "-r", "xml", "-o", report.name],
                             stdout=subprocess.PIPE, text=True, errors="replace", check=False)
        # Control characters a test printed are no XML.
        text = re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?",
                      pathlib.Path(report.name).read_text(errors="replace"))
    sys.stdout.write(run.stdout)
    cases, whole = cases_of(text)

    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for case in cases:
        result = case.find("OverallResult")
        printed = "" if result is None else result.findtext("StdOut") or ""
        skips = [line.strip() for line in printed.splitlines() if line.strip().startswith("SKIPPED:")]
        if result is None or result.get("success") != "true":
            counts["failed"] += 1
            explain(case)
        elif skips or int(result.get("skips") or 0) > 0:
            counts["skipped"] += 1
            print(*skips, sep="\n")
        else:
            counts["passed"] += 1
    # Lines that went past the framework's capture (printf): each is a case that did not run.
    past = sum(line.startswith("SKIPPED:") for line in run.stdout.splitlines())
    past = min(past, counts["passed"])
    counts["passed"] -= past
    counts["skipped"] += past
    if not whole or (run.returncode != 0 and counts["failed"] == 0 and cases):
        print(f"FAILED: {options.command[-1]} ended early with {run.returncode}, after: "
              f"{cases[-1].get('name') if cases else 'nothing'}")
        counts["failed"] += 1
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    sys.exit(1 if counts["failed"] else 0)


if __name__ == "__main__":
    main()
