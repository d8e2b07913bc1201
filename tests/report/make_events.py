#!/usr/bin/python3
"""Events of an imagined plant, in the form of pdm.event/1, for trying the report by eye. Seeded; standard library only.

    tests/report/make_events.py > events.jsonl
    tests/report/make_events.py --rows 100000 > many.jsonl
"""
import argparse
import datetime
import json
import math
import random
import zlib

START = datetime.datetime(2026, 1, 5, 6, 0, 0)


class Line:
    """One asset: numbers its events and prints them."""

    def __init__(self, asset, wall):
        self.asset, self.wall, self.seq, self.state, self.measurement = asset, wall, 0, "unknown", "normal"
        self.hours, self.first = 0.0, True

    def say(self, kind, t, cause="system", text="", operating="steady", regime="1", quality=None, **more):
        self.seq += 1
        stamp = (START + datetime.timedelta(seconds=t)).strftime("%Y-%m-%dT%H:%M:%S.000Z") if self.wall else None
        identity = "%08x%08x" % (zlib.crc32(f"{self.asset}{kind}".encode()), self.seq)
        print(json.dumps({
            "schema": "pdm.event/1", "id": identity, "asset": self.asset, "t": stamp, "elapsed_s": round(t, 3),
            "seq": self.seq, "kind": kind, "cause": cause, "state": self.state, "measurement": self.measurement,
            "operating": {"state": operating, "regime": regime, "run_hours": round(self.hours, 3)},
            "quality": quality or {"level": "good", "reasons": [], "bad_share": 0.0}, "text": text, **more}))


def spectrum(rng, n, df, level, lines):
    out = []
    for i in range(n):
        f = i * df
        v = level * (0.5 + rng.random()) * (1 + 2.5 * math.exp(-((f - 4100) / 900) ** 2))
        for f0, a in lines:
            v += a * math.exp(-((f - f0) / (1.2 * df)) ** 2)
        out.append(round(v, 6))
    out[0] = round(5 * level, 6)
    return out


def failing(asset, rows, step, seed, wall=False):
    """A bearing that runs to failure at constant speed: the damage grows over the last third."""
    rng, line, life = random.Random(seed), Line(asset, wall), rows * step
    line.say("model", 20, text="Learning what is usual for this machine has begun.", what="learning_started", rows=0)
    alarmed = None
    for k in range(rows):
        t = 20 + k * step
        line.hours = t / 3600
        wear = max(0.0, (t / life - 0.62) / 0.38)
        grow = math.exp(3.6 * wear * wear) - 1
        learning = k < rows // 9
        features = {}
        for point, gain in (("horizontal", 1.0), ("vertical", 0.62)):
            noise = lambda s: math.exp(rng.gauss(0, s))
            features[f"{point}.rms"] = round(0.46 * gain * (1 + grow) * noise(0.035), 6)
            features[f"{point}.peak"] = round(2.1 * gain * (1 + 1.6 * grow) * noise(0.11), 6)
            features[f"{point}.kurtosis"] = round(3.02 + 2.4 * grow * math.exp(-grow / 9) * noise(0.1) + 0.06 * rng.random(), 6)
            features[f"{point}.crest_factor"] = round(features[f"{point}.peak"] / features[f"{point}.rms"], 6)
            features[f"{point}.velocity_rms"] = round(1.1 * gain * (1 + 0.4 * grow) * noise(0.04), 6)
            features[f"{point}.band_power.2000-6000"] = round(0.02 * gain * (1 + grow) ** 2 * noise(0.08), 6)
        units = {n: "g" if n.endswith(("rms", "peak")) and "velocity" not in n else "mm/s" if "velocity" in n
                 else "g2" if "band" in n else "1" for n in features}
        score = None if learning else round(abs(rng.gauss(2.1, 0.5)) + 9 * grow ** 1.1, 4)
        health = None if learning else round(max(0.02, 1 - 0.95 * wear ** 1.4 + rng.gauss(0, 0.006)), 4)
        clipped = 0.93 < t / life < 0.95
        quality = {"level": "uncertain", "reasons": ["clipped"], "bad_share": 0.012} if clipped else None
        if k == rows // 9:
            line.say("model", t, text=f"Usual behaviour learned from {k} measurements.", what="learned", rows=k)
        line.state = "unknown" if learning else "maintenance_required" if alarmed and wear > 0.8 else \
            "off_spec" if alarmed else "normal"
        text = {"unknown": "Learning what is usual.", "normal": "Runs as usual.", "off_spec": "Runs outside what is usual.",
                "maintenance_required": "Needs maintenance."}[line.state]
        more = {"units": units} if line.first else {}
        line.first = False
        line.say("state", t, "machine", text, quality=quality, features=features, score=score,
                 threshold=None if learning else 6.0, p_value=None if learning else round(max(1e-3, 1 / (1 + score ** 2)), 5),
                 health=health, abstained=learning, why=["Too few observations so far to judge this machine."] if learning else [],
                 needs=["Let it run in good health for longer."] if learning else [], **more)
        if score is not None and score > 6 and not alarmed and wear > 0.2:
            alarmed = t
            line.state = "off_spec"
            n, df = 1281, 10.0
            bpfo = 168.3
            before = spectrum(rng, n, df, 0.004, [(30, 0.02), (60, 0.012)])
            after = spectrum(rng, n, df, 0.007, [(30, 0.03)] + [(bpfo * h, 0.05 / h) for h in range(1, 9)] +
                             [(4000 + bpfo * h, 0.06 / (1 + abs(h))) for h in range(-4, 5)])
            ebefore = spectrum(rng, 501, 1.0, 0.0015, [])
            eafter = spectrum(rng, 501, 1.0, 0.002, [(bpfo, 0.05), (2 * bpfo, 0.025), (30, 0.01)])
            parts = {"horizontal.log_rms": 3.1, "horizontal.log_peak": 1.4, "vertical.log_rms": 1.0,
                     "horizontal.kurtosis": 0.7, "vertical.kurtosis": 0.2}
            reasons = ["vibration (RMS) at horizontal is 1.9 times its usual value",
                       "impulsiveness (kurtosis) at horizontal is 1.4 times its usual value"]
            line.say("alarm", t, "machine", "Alarm: " + reasons[0] + ".", rule="anomaly", priority="high", phase="raised",
                     score=score, threshold=6.0, contributions=parts, reasons=reasons,
                     spectra={"point": "horizontal", "unit": "g", "scaling": "rms", "df_hz": df, "before": before,
                              "after": after, "envelope": {"df_hz": 1.0, "before": ebefore, "after": eafter,
                                                           "lines": {"BPFO": bpfo, "2 BPFO": 2 * bpfo, "BPFI": 221.7}}})
            line.say("advice", t, "machine", "Inspect the bearing at horizontal within 2 hours.", priority="high",
                     action="Inspect the bearing at horizontal within 2 hours.", due_s=t + 7200, reasons=reasons,
                     request=f"WR-{seed:04d}")
        if clipped and k % 7 == 0:
            line.say("quality", t, "measurement", "horizontal: the signal hits the limit of the sensor.",
                     quality=quality, point="horizontal", counts={"clipped": rng.randint(3, 40)})
        if not learning:
            left = life - t
            if wear < 0.12:
                line.say("prognosis", t, "machine", "No remaining life can be given.", event="limit:horizontal.rms",
                         clock="operating", rul=None, health=health, basis={"failures": 0, "censored": 0, "priors": []},
                         assumes=[], abstained=True, why=["Nothing moves towards a limit."],
                         needs=["Wait: a prognosis needs a trend that has lasted for some time."])
            else:
                m, s = left * math.exp(rng.gauss(0.05, 0.07)), 0.6 * (1 - wear) + 0.12
                q = {f"p{p:02d}": m * math.exp(z * s) for p, z in
                     ((5, -1.645), (10, -1.282), (25, -.674), (50, 0), (75, .674), (90, 1.282), (95, 1.645))}
                horizon = 1.2 * life
                q = {k2: round(v, 1) if v < horizon else None for k2, v in q.items()}
                line.say("prognosis", t, "machine", f"The limit is expected in about {m / 3600:.1f} hours.",
                         event="limit:horizontal.rms", clock="operating", health=health, abstained=False, why=[], needs=[],
                         rul={"mean": round(min(m, horizon), 1), **q, "horizon": horizon, "unit": "s"},
                         basis={"failures": 5, "censored": 0, "priors": ["five bearings of the same test bench"]},
                         assumes=["Speed and load stay as they have been.", "Wear goes on as it has so far."])


def working(asset, rows, seed):
    """A pump in two shifts at three speeds, weekends off; its sensor comes loose for a day."""
    rng, line = random.Random(seed), Line(asset, True)
    line.state = "normal"
    step = 31 * 86400 / rows
    loose = False
    for k in range(rows):
        t = k * step
        day, hour = int(t // 86400), (6 + t / 3600) % 24
        on = (day % 7) < 5 and 6 <= hour < 22
        regime = str(1 + (day * 3 + int(hour // 6)) % 3)
        base = {"1": 0.8, "2": 1.3, "3": 2.1}[regime]
        line.hours += step / 3600 if on else 0
        broken = 16 <= day < 18 and on
        if broken != loose:
            loose = broken
            line.measurement = "failure" if broken else "normal"
            line.state = "unknown" if broken else "normal"
            words = "drive end: the signal is frozen; 100 % of the samples cannot be used." if broken else "drive end: measures properly again."
            line.say("quality", t, "measurement", words, point="drive end", counts={"stuck": 25600} if broken else {},
                     quality={"level": "bad" if broken else "good", "reasons": ["stuck"] if broken else [], "bad_share": float(broken)})
            line.say("alarm", t, "measurement", "Alarm: no usable data from drive end." if broken else "Alarm over.", rule="data",
                     priority="medium", phase="raised" if broken else "cleared", score=None, threshold=None,
                     contributions="none", reasons=["100 % of the data from drive end cannot be used"] if broken else [], spectra=None)
        bad = {"level": "bad", "reasons": ["stuck"], "bad_share": 1.0} if broken else None
        features = {} if not on or broken else {"drive end.velocity_rms": round(base * math.exp(rng.gauss(0, .05)), 5),
                                                "drive end.rms": round(.3 * base * math.exp(rng.gauss(0, .05)), 5),
                                                "speed": round({"1": 1480, "2": 2200, "3": 2960}[regime] * (1 + rng.gauss(0, .002)), 2)}
        more = {"units": {"drive end.velocity_rms": "mm/s", "drive end.rms": "g", "speed": "rpm"}} if features and line.first else {}
        line.first = line.first and not more
        judged = on and not broken
        line.say("state", t, "machine", "Runs as usual." if judged else "Condition unknown." if broken else "Stands still.",
                 operating="steady" if on else "off", regime=regime if on else None, quality=bad, features=features,
                 score=round(abs(rng.gauss(2, .6)), 4) if judged else None, threshold=6.0 if judged else None, p_value=None,
                 health=.98 if judged else None, abstained=not judged, why=[] if judged else ["The machine is not running steadily."],
                 needs=[], **more)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=281, help="rows of each asset (default 281)")
    parser.add_argument("--one", action="store_true", help="only the failing bearing")
    args = parser.parse_args()
    failing("Bearing1_1", args.rows, 100, 1)
    if args.one:
        return
    working("Pump 7, hall B", 3 * args.rows, 2)
    failing("Spindle <4> & \"co\"", args.rows, 600, 3, wall=True)
    fan = Line("Fan 12", True)
    fan.say("state", 0, "machine", "Condition unknown: too few observations so far.", features={"rms": 0.21}, units={"rms": "g"},
            score=None, threshold=None, p_value=None, health=None, abstained=True,
            why=["Too few observations so far to judge this machine."], needs=["Wait for 99 more measurements in good health."])


if __name__ == "__main__":
    main()
