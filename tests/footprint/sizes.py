#!/usr/bin/env python3
"""Bytes of every building block of pdm::edge, held to footprint.json beside this file and shown in docs/footprint.md.

  sizes.py --compiler CXX --target x86-64|armhf [--arena TEST_FOOTPRINT] [--update]

Each block (block.hpp) is a function that makes it, prepares it and calls it once. All are compiled for size, and linked
one at a time with what cannot be reached thrown away:
  text    code and constants, with what the block needs of pdm and of the C++ headers, without the C library
  data    static data, and bss
  object  the block itself
  stack   the deepest chain of calls from that function on (-fstack-usage along the call graph), with its own frame and
          the object's maker; without the C library, the violation handler and what next() does with the results
  arena   what prepare() takes, from footprint(); test_footprint shows that both are the same
A list is one translation unit: a block that joins it can change what the compiler inlines into its neighbours.
Growth beyond the tolerance fails (text and stack: 3 % and 64 bytes; the others: none); --update writes down what is. An
entry of another compiler is not compared."""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FIGURES, PAGE = HERE / "footprint.json", ROOT / "docs/footprint.md"
LISTS = ["signal", "anomaly", "health"]
FLAGS = ("-std=c++20 -Os -ffp-contract=off -fno-math-errno -fno-trapping-math -fno-exceptions -fno-rtti "
         "-fno-asynchronous-unwind-tables -fno-threadsafe-statics -fno-stack-protector -ffunction-sections "
         "-fdata-sections -DNDEBUG -DPDM_SIMD_BASE_ONLY -fcallgraph-info=su").split()
ENTRY = re.compile(r"_Z11block_entryIL[mj](\d+)E\w+")
OBJECT = re.compile(r"_ZN9object_ofIL[mj](\d+)EE12object_bytesE")
ROWS = ["text", "data", "object", "stack", "arena"]


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        sys.exit(f"sizes: {' '.join(map(str, command))}\n{done.stderr[-3000:]}")
    return done.stdout


class call_graph:
    """Deepest chains in a graph of -fcallgraph-info=su."""

    def __init__(self, file):
        self.own, self.calls, self.known, self.recursive, self.open = {}, {}, {}, set(), []
        text = file.read_text()
        for title, bytes_, kind in re.findall(r'node: \{ title: "(?:[^":]*:)?(\w[^"]*)" label: "[^"]*?(\d+) bytes \(([^)]*)\)', text):
            if kind != "static" and "bounded" not in kind:
                sys.exit(f"sizes: {title} has a frame without a bound")
            self.own[title] = int(bytes_)
        for caller, callee in re.findall(r'edge: \{ sourcename: "(?:[^":]*:)?(\w[^"]*)" targetname: "(?:[^":]*:)?(\w[^"]*)"', text):
            self.calls.setdefault(caller, set()).add(callee)

    def depth(self, function):
        if function in self.known:
            return self.known[function]
        if function in self.open:
            self.recursive |= set(self.open[self.open.index(function):])
            return 0
        self.open.append(function)
        below = max((self.depth(f) for f in self.calls.get(function, ())), default=0)
        self.open.pop()
        self.known[function] = self.own.get(function, 0) + below
        return self.known[function]

    def reaches_itself(self, function):
        self.depth(function)
        todo, seen = [function], set()
        while todo:
            here = todo.pop()
            if here in self.recursive:
                return True
            todo += self.calls.get(here, set()) - seen
            seen |= self.calls.get(here, set())
        return False


def measure(compiler, which, work):
    """Index to text, data, object and stack of the blocks of a list."""
    binary = work / f"{which}.o"
    run([compiler, *FLAGS, f"-DPDM_BLOCKS={which}", f"-I{ROOT}/include", f"-I{ROOT}/tests", 
         "-include", f"footprint/{which}.hpp", "-c", HERE / "entries.cpp", "-o", binary])
    tool = re.sub(r"(g\+\+|c\+\+)(-\d+)?$", "", compiler)
    tool = tool if tool.endswith("-") else ""
    graph, blocks, entries = call_graph(work / f"{which}.ci"), {}, {}
    for line in run([f"{tool}nm", "-S", binary]).splitlines():
        name = line.split()[-1]
        if found := ENTRY.fullmatch(name):
            entries[int(found[1])] = name
        elif found := OBJECT.fullmatch(name):
            blocks.setdefault(int(found[1]), {})["object"] = int(line.split()[1], 16)
    for index, entry in entries.items():
        image = work / f"{which}{index}"
        run([compiler, "-nostdlib", "-static", "-Wl,--gc-sections", f"-Wl,-e,{entry}",
             "-Wl,--unresolved-symbols=ignore-all", "-Wl,--build-id=none", binary, "-o", image])
        text, data, bss = map(int, run([f"{tool}size", image]).splitlines()[1].split()[:3])
        blocks[index] |= {"text": text, "data": data + bss, "stack": graph.depth(entry)}
        if graph.reaches_itself(entry):
            blocks[index]["recursion"] = True
    return blocks


def allowed(key, before):
    return before * 1.03 + 64 if key in ("text", "stack") else before


def compare(held, now):
    wrong = []
    for name, block in now.items():
        before = held.get(name)
        if before is None:
            print(f"{name}: new, not compared; --update writes it down")
            continue
        for key in ROWS:
            if key in block and block[key] > allowed(key, before.get(key, 0)):
                wrong.append(f"{name}: {key} {block[key]}, was {before.get(key, 0)}")
            if key in block and key in before and block[key] < before[key] * 0.97:
                print(f"{name}: {key} {block[key]}, was {before[key]}: less; --update keeps it")
    return wrong + [f"{name}: no longer there" for name in held if name not in now]


def page(figures):
    lines = ["# Footprint of the building blocks", "",
             "Written by `tests/footprint/sizes.py --update`, checked by the tests `footprint` and `footprint.sizes`: growth",
             "fails. Bytes, compiled with " + " and ".join(f"{f['compiler']} for {t}" for t, f in figures.items()) +
             " at `-Os`,", "16-byte vectors alone (`PDM_SIMD_BASE_ONLY`; with the variants for AVX2 and AVX-512 text is larger).", "",
             "- **text**: code and constants that making, preparing and calling the block once needs, without the C library.",
             "  Blocks share code: two of them take less than the sum.",
             "- **data**: static data (tables of names, the pointer to the violation handler).",
             "- **object**: the block itself. **arena**: what `prepare()` takes, exactly what `footprint()` says.",
             "- **stack**: the deepest chain of calls, added up from the compiler's frames; without the C library, the",
             "  violation handler and the caller's `next()`. **r**: a function in the chain calls itself (`std::sort`, to a depth",
             "  of twice the logarithm of what it sorts) and is counted once.", ""]
    other = figures.get("armhf", {}).get("blocks", {})
    lines += ["| block | arena for | arena | x86-64: text | data | object | stack | armhf: text | data | object | stack |",
              "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"]
    module = None
    number = lambda n: f"{n:,}".replace(",", " ") if n is not None else ""
    for name, b in figures["x86-64"]["blocks"].items():
        header, _, what = name.partition(" ")
        if header.split("/")[0] != module:
            module = header.split("/")[0]
            lines.append(f"| **{module}** |||||||||||")
        a = other.get(name, {})
        cells = [f"`{what}`", b["setting"], number(b["arena"])]
        for of in (b, a):
            mark = " r" if of.get("recursion") else ""
            cells += [number(of.get("text")), number(of.get("data")), number(of.get("object")),
                      number(of.get("stack")) + mark if of else ""]
        lines.append("| " + " | ".join(cells) + " |")
    PAGE.write_text("\n".join(lines) + "\n")


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--compiler", required=True)
    ask.add_argument("--target", choices=["x86-64", "armhf"], required=True)
    ask.add_argument("--arena", metavar="TEST_FOOTPRINT", help="without it: not compared, blocks as x86-64 has them")
    ask.add_argument("--jobs", type=int, default=2)
    ask.add_argument("--update", action="store_true")
    asked = ask.parse_args()
    compiler = "GCC " + run([asked.compiler, "-dumpversion"]).split(".")[0].strip()
    figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    held = figures.get(asked.target, {"compiler": compiler, "blocks": {}})
    if not asked.update and held["compiler"] != compiler:
        return print(f"SKIPPED: the figures are of {held['compiler']}, this is {compiler}") or 0
    if asked.arena:
        out = run([asked.arena, "[.bytes]"])
        told = [line.split("|")[1:] for line in out.splitlines() if line.startswith("bytes|")]
    else:
        told = [(*b["place"], name, b["setting"], None) for name, b in figures["x86-64"]["blocks"].items()]
    with tempfile.TemporaryDirectory() as work, ThreadPoolExecutor(asked.jobs) as pool:
        measured = dict(zip(LISTS, pool.map(lambda which: measure(asked.compiler, which, pathlib.Path(work)), LISTS)))
    now = {}
    for which, index, name, setting, arena in told:
        bytes_of_arena = {"arena": int(arena)} if arena is not None else {}
        now[name] = {"place": [which, int(index)], "setting": setting, **bytes_of_arena, **measured[which][int(index)]}
    if asked.update:
        figures[asked.target] = {"compiler": compiler, "blocks": now}
        FIGURES.write_text(json.dumps(figures, indent=1) + "\n")
        return page(figures) or 0
    wrong = compare(held["blocks"], now)
    if len(now) < 60:
        wrong.append(f"only {len(now)} blocks were measured")
    print(*wrong, f"{len(now)} blocks, {len(wrong)} wrong" + ("; if it must be: --update, and say why" if wrong else ""),
          sep="\n")
    return 1 if wrong else 0


sys.exit(main())
