#!/bin/sh
# Installs what is missing, builds, and runs the main job: from samples to state, reason, remaining life and advice.
#   examples/run.sh [--build-dir DIR] [--no-install] [--data DIR]
# Without --data a simulated machine runs to its failure. With it, one asset for each .f32 with a sidecar, .wav or .mat in
# DIR. Leaves DIR/example/events.jsonl and report.html in the build folder.
set -eu
. "$(dirname "$0")/../cmake/setup.sh"

data=
while [ $# -gt 0 ]; do
  case $1 in
    --build-dir) build=${2:?--build-dir needs a folder}; shift 2 ;;
    --no-install) install=no; shift ;;
    --data) data=${2:?--data needs a folder}; shift 2 ;;
    -h | --help) sed -n '2,5s/^# //p' "$0"; exit 0 ;;
    *) echo "run.sh: unknown option $1; see --help" >&2; exit 2 ;;
  esac
done
case $build in /*) ;; *) build=$PWD/$build ;; esac
[ -z "$data" ] || [ -d "$data" ] || { echo "run.sh: $data: no such folder; give one with recordings" >&2; exit 2; }

prepare_to_build
# An existing build folder keeps its tests.
if [ -f "$build/CMakeCache.txt" ]; then configure; else configure -DPDM_BUILD_TESTS=OFF; fi
compile --target pdm_program

out=$build/example
rm -rf "$out"
mkdir -p "$out"
if [ -z "$data" ]; then
  data=$out/recordings
  say "simulating four hours of a bearing, heard once a minute; after two its outer race begins to spall"
  "$build/pdm" simulate --seed 7 --machine bearing --fault outer_race@7200 --severity 0.05 --life-s 14400 \
    --seconds 14400 --snapshot-s 0.64 --interval-s 60 --out "$data" >"$out/simulated.jsonl"
fi
"$build/pdm" config recordings "$data" --template "$tree/examples/bearing_tests.json" >"$out/config.json"
say "running the main job"
"$build/pdm" run "$out/config.json" --out "$out/events.jsonl"
"$build/pdm" report "$out/events.jsonl" --out "$out/report.html"

count() { grep -c "\"kind\":\"$1\"" "$out/events.jsonl" || true; }
echo "events  $out/events.jsonl  ($(wc -l <"$out/events.jsonl") lines: $(count alarm) of alarms, $(count prognosis) of remaining life, $(count advice) of advice)"
echo "report  $out/report.html   (open it in a browser)"
