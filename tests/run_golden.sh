#!/bin/sh
# Runs a folder of golden cases against the library, building what is missing.
#   tests/run_golden.sh [--build-dir DIR] [--fft native|fftw] FOLDER
# Last line: "N passed, N failed, N skipped"; non-zero exit on failure.
set -eu

tree=$(cd "$(dirname "$0")/.." && pwd)
build=$tree/build
fft=native
folder=
while [ $# -gt 0 ]; do
  case $1 in
    --build-dir) build=$2; shift 2 ;;
    --fft) fft=$2; shift 2 ;;
    -h | --help) sed -n '2,4s/^# //p' "$0"; exit 0 ;;
    -*) echo "run_golden.sh: unknown option $1" >&2; exit 2 ;;
    *) folder=$1; shift ;;
  esac
done
[ -n "$folder" ] || { echo "run_golden.sh: give a folder of golden cases" >&2; exit 2; }

if [ ! -f "$build/CMakeCache.txt" ]; then
  cmake -S "$tree" -B "$build" -G "${CMAKE_GENERATOR:-Ninja}" -DCMAKE_BUILD_TYPE=Release >&2
elif ! grep -q '^PDM_BUILD_TESTS:BOOL=ON' "$build/CMakeCache.txt"; then
  cmake -S "$tree" -B "$build" -DPDM_BUILD_TESTS=ON >&2
fi
cmake --build "$build" --target golden_runner >&2
exec "$build/tests/golden/golden_runner" --fft "$fft" "$folder"
