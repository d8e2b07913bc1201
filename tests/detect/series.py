#!/usr/bin/python3
"""Scores pdm detect on two single series: a machine's temperature (NAB) and bearings run to failure (IMS).

usage: series.py --pdm BUILD/pdm --nab DIR --ims DIR --work DIR [--check]

NAB machine_temperature_system_failure: 750 rows to learn; an alarm event is a row where `alarm` turns true; a window is
hit by an event in it, an event outside all of them is false. IMS: every channel alone, 170 records to learn, an alarm is
the fifth record in a row with `alarm`; hours before the last record with the machine running. Beside them as many alarms
at random rows, and an alarm every day.
"""
import argparse
import csv
import datetime
import json
import os
import random
import subprocess
import sys


def detect(a, table, *options):
    out = os.path.join(a.work, "series.jsonl")
    subprocess.run([a.pdm, "detect", table, "--preset", "process", "--out", out] + list(options), check=True,
                   stderr=subprocess.DEVNULL)
    with open(out) as f:
        return [json.loads(line) for line in f]


def hits_and_false(windows, events):
    inside = [sum(first <= e <= last for e in events) for first, last in windows]
    return sum(n > 0 for n in inside), len(events) - sum(inside)


def nab(a):
    name = "machine_temperature_system_failure"
    with open(os.path.join(a.nab, name + ".labels.json")) as f:
        windows = [[w[:19] for w in pair] for pair in json.load(f)["windows"]]
    rows = detect(a, os.path.join(a.nab, name + ".csv"), "--learn", "750", "--time", "timestamp")
    events = [r["t"] for before, r in zip([{"alarm": False}] + rows, rows) if r["alarm"] and not before["alarm"]]
    hit, wrong = hits_and_false(windows, events)
    print("NAB machine temperature: %d of %d windows, %d false events of %d" % (hit, len(windows), wrong, len(events)))
    draw = random.Random(1)
    chance = [hits_and_false(windows, [draw.choice(rows)["t"] for _ in events]) for _ in range(200)]
    print("  as many at random: %.1f windows, %.1f false" % tuple(sum(c[i] for c in chance) / 200 for i in (0, 1)))
    daily = hits_and_false(windows, [r["t"] for r in rows[::288]])
    print("  an alarm every day: %d windows, %d false" % daily)
    return hit == len(windows) and wrong <= 11


def ims_channel(a, path, channel, others, end):
    """Hours before the end of the first alarm, and alarms after record 500."""
    rows = detect(a, path, "--learn", "170", "--time", "Datetime", "--ignore", ",".join(others))
    run, alarms = 0, []
    for r in rows[:end - 170]:
        run = run + 1 if r["alarm"] else 0
        if run == 5:
            alarms.append(r["row"])
    return alarms


def ims(a):
    ok, first = True, {}
    for test, stopped in (("test2", 2), ("test1", 0)):
        path = os.path.join(a.ims, test + "_mean_abs.csv")
        with open(path, newline="") as f:
            table = list(csv.reader(f))
        names, body = table[0], table[1:]
        times = [datetime.datetime.strptime(r[1], "%Y.%m.%d.%H.%M.%S") for r in body]
        end = len(body) - stopped
        for c in range(2, len(names)):
            others = [str(i) for i in range(len(names)) if i not in (1, c)]
            alarms = ims_channel(a, path, names[c], others, end)
            lead = (times[end - 1] - times[alarms[0]]).total_seconds() / 3600 if alarms else None
            late = sum(r > 500 for r in alarms)
            print("IMS %s %-12s first alarm %s before the end, %d alarms after record 500" %
                  (test, names[c], "   none" if lead is None else "%5.1f h" % lead, late))
            if test == "test2":
                first[names[c]] = lead or 0
            else:
                ok = ok and late <= 3
        left = [(times[end - 1] - t).total_seconds() / 3600 for t in times[170:end]]
        print("  one alarm at a random record: %.1f h before the end, any channel first" % (sum(left) / len(left)))
        if test == "test2":
            best = max(first, key=first.get)
            print("  %s alarms first" % best)
            ok = ok and best == "Bearing 1" and first[best] >= 48
    return ok


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--pdm", required=True)
    ap.add_argument("--nab", required=True)
    ap.add_argument("--ims", required=True)
    ap.add_argument("--work", required=True)
    ap.add_argument("--check", action="store_true", help="exit 1 when the figures fall short of what is asked")
    a = ap.parse_args()
    if not (os.path.isdir(a.nab) and os.path.isdir(a.ims)):
        print("SKIPPED: no recordings in %s or %s" % (a.nab, a.ims))
        return
    os.makedirs(a.work, exist_ok=True)
    good = [nab(a), ims(a)]
    if a.check and not all(good):
        sys.exit("the figures fall short of what is asked")


if __name__ == "__main__":
    main()
