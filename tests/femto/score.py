#!/usr/bin/python3
"""Scores events.jsonl of the six FEMTO run-to-failure bearings against the tables that no verb reads.

usage: score.py --tables DIR --events FILE [--json FILE]

For each bearing: the first alarm caused by the machine, why, its lead before the end; beside it the plain rule (RMS of
either channel above twice the median of its kept snapshots among 31 to 90, one snapshot, from 91 on) and a clock
(65 minutes after the start); whether the alarm is unconfirmed; and the coverage of the 80 % interval of remaining life
over the last half of life, in shares of the snapshots that were answered.

Unconfirmed: the alarm stands in the first half of life and the smoothed RMS (exponentially weighted, span 10, of the
10 s table) of neither axis reaches 1.5 times its baseline (median of snapshots 31 to 90) within 30 minutes after it.
"""
import argparse
import csv
import glob
import json
import os
import statistics

CLOCK_S = 65 * 60.0


def table(path):
    """Rows of a truth table: elapsed and remaining seconds, kept or not, RMS of both axes."""
    with open(path, newline="") as f:
        return [{"t": float(r["elapsed_s"]), "left": float(r["remaining_s"]), "kept": r["row_in_f32"] != "",
                 "n": int(r["snapshot"]), "rms": (float(r["h_rms_g"]), float(r["v_rms_g"]))}
                for r in csv.DictReader(f)]


def median_of(rows, axis, kept_only):
    return statistics.median(r["rms"][axis] for r in rows
                             if 31 <= r["n"] <= 90 and (r["kept"] or not kept_only))


def plain_rule(rows):
    base = [median_of(rows, a, True) for a in (0, 1)]
    for r in rows:
        if r["kept"] and r["n"] >= 91 and any(r["rms"][a] > 2 * base[a] for a in (0, 1)):
            return r["t"]
    return None


def unconfirmed(rows, alarm_t):
    if alarm_t is None or alarm_t > rows[-1]["t"] / 2:
        return False
    base = [median_of(rows, a, False) for a in (0, 1)]
    smooth, weight = list(rows[0]["rms"]), 2.0 / 11.0
    for r in rows:
        smooth = [s + weight * (x - s) for s, x in zip(smooth, r["rms"])]
        if alarm_t < r["t"] <= alarm_t + 1800 and any(s >= 1.5 * b for s, b in zip(smooth, base)):
            return False
    return True


def crps(quantiles, horizon, truth):
    """Twice the mean pinball loss over the quantiles that are written; what lies beyond counts as the horizon."""
    total = 0.0
    for p, q in quantiles:
        q = horizon if q is None else q
        total += 2 * ((truth - q) * p if truth >= q else (q - truth) * (1 - p))
    return total / len(quantiles)


def score_bearing(rows, events):
    end = rows[-1]["t"]
    left = {round(r["t"], 3): r["left"] for r in rows}
    raised = [e for e in events if e["kind"] == "alarm" and e["phase"] == "raised" and e["cause"] == "machine"]
    first = raised[0]["elapsed_s"] if raised else None
    out = {"end_s": end, "alarm_s": first, "alarms": len(raised), "why": "; ".join(raised[0]["reasons"]) if raised else "",
           "lead_min": None if first is None else (end - first) / 60, "unconfirmed": unconfirmed(rows, first),
           "plain_lead_min": None, "clock_lead_min": (end - CLOCK_S) / 60}
    plain = plain_rule(rows)
    if plain is not None:
        out["plain_lead_min"] = (end - plain) / 60
    inside = answered = asked = 0
    losses = []
    for e in events:
        if e["kind"] != "prognosis" or e["elapsed_s"] < end / 2:
            continue
        asked += 1
        if e["abstained"]:
            continue
        truth = left[min(left, key=lambda t: abs(t - e["elapsed_s"]))]
        rul = e["rul"]
        low, high = rul["p10"], rul["p90"]
        answered += 1
        inside += low is not None and low <= truth and (high is None or truth <= high)
        levels = [(int(k[1:]) / 100, rul[k]) for k in ("p05", "p10", "p25", "p50", "p75", "p90", "p95")]
        losses.append(crps(levels, rul["horizon"], truth))
    out.update(asked=asked, answered=answered, inside=inside,
               coverage=inside / answered if answered else None,
               crps_min=statistics.mean(losses) / 60 if losses else None)
    return out


def read_events(path):
    by_asset = {}
    with open(path) as f:
        for line in f:
            e = json.loads(line)
            by_asset.setdefault(e["asset"], []).append(e)
    return by_asset


def score(tables, events_path):
    events = read_events(events_path)
    result = {}
    for path in sorted(glob.glob(os.path.join(tables, "*_snapshots.csv"))):
        name = os.path.basename(path)[:-len("_snapshots.csv")]
        if name in events:
            result[name] = score_bearing(table(path), events[name])
    return result


def number(v, pattern="%7.1f"):
    return "      -" if v is None else pattern % v


def show(result):
    print("bearing      alarm s  lead min  plain  clock  unconf  80% cover  answered  CRPS min  why")
    for name, r in result.items():
        print("%-11s %s   %s %s %s  %-6s  %s  %4d/%-4d %s  %s" %
              (name, number(r["alarm_s"], "%8.0f"), number(r["lead_min"]), number(r["plain_lead_min"], "%6.1f"),
               number(r["clock_lead_min"], "%6.1f"), "yes" if r["unconfirmed"] else "no",
               number(r["coverage"], "%8.2f"), r["answered"], r["asked"], number(r["crps_min"]), r["why"][:90]))
    summary = summarise(result)
    print("caught %d of %d, unconfirmed %d, median lead %.1f min (plain rule %.1f, clock %.1f), coverage pooled %s, by bearing %s"
          % (summary["caught"], summary["bearings"], summary["unconfirmed"], summary["median_lead_min"],
             summary["median_plain_min"], summary["median_clock_min"], number(summary["coverage_pooled"], "%.2f"),
             number(summary["coverage_mean"], "%.2f")))


def summarise(result):
    rows = list(result.values())
    lead = [r["lead_min"] or 0.0 for r in rows]
    answered = sum(r["answered"] for r in rows)
    covered = [r["coverage"] for r in rows if r["coverage"] is not None]
    return {"bearings": len(rows), "caught": sum(r["alarm_s"] is not None and r["lead_min"] > 0 for r in rows),
            "unconfirmed": sum(r["unconfirmed"] for r in rows), "median_lead_min": statistics.median(lead),
            "median_plain_min": statistics.median(r["plain_lead_min"] or 0.0 for r in rows),
            "median_clock_min": statistics.median(r["clock_lead_min"] for r in rows),
            "coverage_pooled": sum(r["inside"] for r in rows) / answered if answered else None,
            "coverage_mean": statistics.mean(covered) if covered else None}


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--tables", required=True, help="folder of BearingX_Y_snapshots.csv")
    ap.add_argument("--events", required=True, help="events.jsonl of pdm run")
    ap.add_argument("--json", default="", help="write the scores here as well")
    a = ap.parse_args()
    result = score(a.tables, a.events)
    show(result)
    if a.json:
        with open(a.json, "w") as f:
            json.dump({"bearings": result, "summary": summarise(result)}, f, indent=1)


if __name__ == "__main__":
    main()
