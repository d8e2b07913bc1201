#!/bin/sh
# Installs what is missing, builds, and runs the tests.
#   tests/run.sh [--build-dir DIR] [--no-install] [--tier quick|full|soak]
# quick: in minutes; full (default): quick and more; soak: everything, hours. Last line: "N passed, N failed, N skipped";
# non-zero exit on failure. Counted are test cases, not programs.
set -eu
. "$(dirname "$0")/../cmake/setup.sh"

tier=full
while [ $# -gt 0 ]; do
  case $1 in
    --build-dir) build=${2:?--build-dir needs a folder}; shift 2 ;;
    --no-install) install=no; shift ;;
    --tier) tier=${2:?--tier needs quick, full or soak}; shift 2 ;;
    -h | --help) sed -n '2,5s/^# //p' "$0"; exit 0 ;;
    *) echo "run.sh: unknown option $1; see --help" >&2; exit 2 ;;
  esac
done
case $tier in
  quick) leave_out='full|soak' ;;
  full) leave_out=soak ;;
  soak) leave_out='^$' ;;
  *) echo "run.sh: --tier $tier: not one of quick, full, soak" >&2; exit 2 ;;
esac
case $build in /*) ;; *) build=$PWD/$build ;; esac

prepare_to_build
require catch2
# Counterparts that the tests start themselves, each on loopback and for as long as its test.
wish socat python3-pymodbus python3-serial python3-serial-asyncio
[ "$tier" = quick ] || wish clang valgrind
configure -DPDM_BUILD_TESTS=ON
compile

say "running the $tier tier"
cd "$build"
PDM_TEST_TIER=$tier ctest -j "$jobs" --label-exclude "$leave_out" --output-junit "$build/tests.xml" \
  --test-output-size-passed 1000000 --test-output-size-failed 1000000 --quiet >/dev/null 2>&1 || true
exec "${Python3_EXECUTABLE:-/usr/bin/python3}" "$tree/tests/support/summary.py" "$build/tests.xml"
