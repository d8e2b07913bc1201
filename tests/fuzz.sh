#!/bin/sh
# Fuzzes the decoders and file readers (tests/fuzz/*_fuzz.cpp) with clang's libFuzzer under address and undefined-behaviour
# sanitizers, from the corpus in the tree. New inputs go to the build folder; a finding ends the run and stays there.
#   tests/fuzz.sh [--build-dir DIR] [--seconds N] [TARGET...]     N (default 10): seconds for each target
# Last line: "N passed, N failed, N skipped"; non-zero on failure.
set -eu
tree=$(cd "$(dirname "$0")/.." && pwd)
build=$tree/build seconds=10 targets=
while [ $# -gt 0 ]; do
  case $1 in
    --build-dir) build=${2:?--build-dir needs a folder}; shift 2 ;;
    --seconds) seconds=${2:?--seconds needs a number}; shift 2 ;;
    -h | --help) sed -n '2,5s/^# //p' "$0"; exit 0 ;;
    -*) echo "fuzz.sh: unknown option $1; see --help" >&2; exit 2 ;;
    *) targets="$targets $1"; shift ;;
  esac
done
case $build in /*) ;; *) build=$PWD/$build ;; esac
compiler=$(command -v clang++-14 || command -v clang++ || true)
work=$build/fuzz
mkdir -p "$work"
if [ -z "$compiler" ] || ! echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' |
  "$compiler" -x c++ -fsanitize=fuzzer,address - -o "$work/none" 2>/dev/null; then
  echo "SKIPPED: no clang with libFuzzer here (Debian: clang, libclang-rt-14-dev)"
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
fi
[ -n "$targets" ] || targets=$(cd "$tree/tests/fuzz" && ls ./*_fuzz.cpp | sed 's,^\./,,;s,_fuzz\.cpp$,,')
flags="-std=c++20 -O1 -g1 -DBOOST_ASIO_NO_DEPRECATED -I$tree/include -I$tree/src -I$tree/tests/fuzz ${Boost_ROOT:+-I$Boost_ROOT/include}"
# The library's part once, for all targets; each target is one job.
cache=$(command -v ccache || true)
export PDM_FUZZ_BUILD="$cache $compiler $flags -fno-sanitize-recover=all"
for source in "$tree"/src/wire/*.cpp; do printf '%s\n' "$source"; done |
  xargs -P "$(nproc)" -I{} sh -c "$PDM_FUZZ_BUILD -fsanitize=address,undefined,fuzzer-no-link -c {} -o $work/\$(basename {}).o"

# one TARGET SECONDS: builds and runs; a line for people, and "ok TARGET" on standard output.
cat >"$work/one.sh" <<END
target=\$1
mkdir -p "$work/\$target"
$compiler $flags -fno-sanitize-recover=all -fsanitize=address,undefined,fuzzer "$tree/tests/fuzz/\${target}_fuzz.cpp" \
  "$work"/*.cpp.o -lz -o "$work/\${target}_fuzz" >"$work/\$target.log" 2>&1 &&
  cd "$work" && "./\${target}_fuzz" -max_total_time=$seconds -max_len=4096 -timeout=20 -rss_limit_mb=2048 \
    -artifact_prefix="\$target-" "$work/\$target" "$tree/tests/fuzz/corpus/\$target" >"$work/\$target.log" 2>&1 && echo "ok \$target"
grep -E 'error:|oracle:|ERROR:|runtime error|Test unit written' "$work/\$target.log" >&2
sed -n "s/^Done \(.*\)/fuzz.sh: \$target: \1/p" "$work/\$target.log" >&2
true
END
count=$(printf '%s\n' $targets | wc -l)
printf '%s\n' $targets | xargs -P "$(nproc)" -n 1 sh "$work/one.sh" >"$work/passed.txt"
passed=$(wc -l <"$work/passed.txt")
[ "$passed" = "$count" ] || echo "FAILED: inputs and logs are in $work" >&2
echo "$passed passed, $((count - passed)) failed, 0 skipped"
[ "$passed" = "$count" ]
