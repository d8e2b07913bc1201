#!/usr/bin/python3
"""The FEMTO table with every setting chosen while the scored bearing is left out.

usage: leave_one_out.py --pdm BUILD/pdm --data DIR --work DIR [--template FILE] [--json FILE] [--check]

Two settings are chosen, each on the other five bearings: the alarm threshold (from a grid: those that leave no alarm of
the five unconfirmed and none uncaught and lose at most 5 % of the best median lead; of these the upper middle one) and
the limit of the prognosis with its spread (median and standard deviation of the growth at the end of the five).
Everything else is as in the template. The tables are read here for scoring only; no verb reads them.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import score as scoring  # noqa: E402

GRID = [1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0]


def run(a, name, change):
    """Runs all recordings with the template changed by `change`; returns the events file."""
    with open(a.template) as f:
        template = json.load(f)
    line = template.setdefault("line", {})
    for section, values in change.items():
        line.setdefault(section, {}).update(values)
    part, config, events = (os.path.join(a.work, name + s) for s in (".part.json", ".json", ".jsonl"))
    with open(part, "w") as f:
        json.dump(template, f)
    with open(config, "w") as f:
        subprocess.run([a.pdm, "config", "recordings", a.data, "--template", part], check=True, stdout=f)
    subprocess.run([a.pdm, "run", config, "--out", events], check=True, stderr=subprocess.DEVNULL)
    return events


def end_growth(events):
    """Growth of the level at the last observation of each asset, natural logarithm."""
    last = {}
    for name, records in scoring.read_events(events).items():
        grown = [e["growth"] for e in records if e["kind"] == "state" and e.get("growth") is not None]
        last[name] = grown[-1] if grown else None
    return last


def choose_threshold(by_threshold, others):
    """The upper middle of the thresholds that hold on the other bearings."""
    table = []
    for t, result in by_threshold.items():
        rows = [result[n] for n in others]
        if all(r["lead_min"] for r in rows) and not any(r["unconfirmed"] for r in rows):
            table.append((t, statistics.median(r["lead_min"] for r in rows)))
    if not table:
        return GRID[len(GRID) // 2]
    best = max(m for _, m in table)
    good = sorted(t for t, m in table if m >= 0.95 * best)
    return good[len(good) // 2]


def others_than(name, growth):
    return [n for n in growth if n != name]


def limit_of(growth, others):
    """Limit of the prognosis and its spread: median and standard deviation of the growth at the end of the others."""
    ends = [growth[n] for n in others if growth[n] is not None]
    return {"limit": round(statistics.median(ends), 3), "limit_sd": round(statistics.stdev(ends), 3)}


def arguments(doc, check, more=()):
    """Options of both scripts; nothing, with a line that says so, where there are no recordings."""
    ap = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--pdm", required=True)
    ap.add_argument("--data", required=True, help="folder of BearingX_Y.f32 with sidecars and tables")
    ap.add_argument("--template", default=os.path.join(os.path.dirname(__file__), "../../examples/bearing_tests.json"))
    ap.add_argument("--work", required=True, help="folder for configurations and events")
    ap.add_argument("--check", action="store_true", help="exit 1 unless " + check)
    for name, what in more:
        ap.add_argument(name, default="", help=what)
    a = ap.parse_args()
    if not os.path.isdir(a.data):
        print("SKIPPED: no recordings in " + a.data)
        return None
    os.makedirs(a.work, exist_ok=True)
    return a


def main():
    a = arguments(__doc__, "all are caught, at most one alarm is unconfirmed and the median lead is at least the plain "
                  "rule's", [("--json", "write the scores here as well")])
    if a is None:
        return
    with open(a.template) as f:
        clear = json.load(f).get("line", {}).get("alarm", {})
    share = clear.get("off", 2.4) / clear.get("on", 4.0)
    by_threshold, growth = {}, {}
    for t in GRID:
        events = run(a, "on_%g" % t, {"alarm": {"on": t, "off": share * t}})
        by_threshold[t] = scoring.score(a.data, events)
        growth = growth or end_growth(events)

    result = {}
    for name in growth:
        others = others_than(name, growth)
        t, limit = choose_threshold(by_threshold, others), limit_of(growth, others)
        events = run(a, "without_" + name, {"alarm": {"on": t, "off": share * t}, "prognosis": limit})
        result[name] = scoring.score(a.data, events)[name]
        result[name].update(threshold=t, **limit)
        print("%-11s threshold %.1f, limit %.2f +- %.2f" % (name, t, limit["limit"], limit["limit_sd"]))
    print("\nEvery setting chosen with the scored bearing left out:")
    scoring.show(result)
    print("\nThreshold, all bearings alike: median lead, unconfirmed, caught")
    for t, r in by_threshold.items():
        s = scoring.summarise(r)
        print("%5.1f  %6.1f min  %d  %d" % (t, s["median_lead_min"], s["unconfirmed"], s["caught"]))
    summary = scoring.summarise(result)
    if a.json:
        with open(a.json, "w") as f:
            json.dump({"bearings": result, "summary": summary}, f, indent=1)
    if a.check and (summary["caught"] < summary["bearings"] or summary["unconfirmed"] > 1 or
                    summary["median_lead_min"] < summary["median_plain_min"]):
        sys.exit("the alarms fall short of what is asked")


if __name__ == "__main__":
    main()
