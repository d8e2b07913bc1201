# Shared by examples/run.sh, tests/run.sh and .ci/run: what is missing is installed, the tree configured and built.
# Debian 12 and Ubuntu 24.04. Nothing is ever removed, and no foreign architecture added. POSIX sh; sourced, not run.

say() { printf '%s\n' "pdm: $*" >&2; }
fail() { printf '%s\n' "pdm: $*" >&2; exit 3; }

# Options both commands have. Sets build, install and, from what else was given, nothing.
tree=$(cd "$(dirname "$0")/.." && pwd)
build=$tree/build
install=yes
export PYTHONDONTWRITEBYTECODE=1
jobs=$(nproc 2>/dev/null || echo 2)

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "$* needs root, and sudo is not there; run it as root, then run this again with --no-install"
  fi
}

has_package() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
knows_package() { apt-cache show "$1" >/dev/null 2>&1; }

# Boost headers new enough for Asio's completion tokens, wherever they come from.
has_boost() {
  for boost_root in ${Boost_ROOT:+"$Boost_ROOT/include"} ${BOOST_ROOT:+"$BOOST_ROOT/include"} /usr/local/include /usr/include; do
    boost_version=$(sed -n 's/^#define BOOST_VERSION  *//p' "$boost_root/boost/version.hpp" 2>/dev/null)
    [ "${boost_version:-0}" -ge 108100 ] && return 0
  done
  return 1
}

boost_package() {
  for version in 1.81 1.83 1.88 1.90; do
    knows_package "libboost$version-dev" && echo "libboost$version-dev" && return
  done
  echo libboost-dev
}

refresh_lists() {
  [ -n "${lists_are_fresh:-}" ] || as_root apt-get -qq update || say "apt-get update failed; going on with the lists that are here"
  lists_are_fresh=yes
}

# require PACKAGE...: installs those that are missing, without removing anything.
require() {
  missing=
  for package in "$@"; do
    has_package "$package" || missing="$missing $package"
  done
  boost=
  has_boost || boost=yes
  [ -n "$missing$boost" ] || return 0
  if [ "$install" = no ]; then
    say "not installed (--no-install):$missing${boost:+ libboost1.81-dev or newer}; going on without"
    return 0
  fi
  command -v apt-get >/dev/null || fail "no apt-get here: install$missing${boost:+ Boost 1.81} yourself and use --no-install"
  refresh_lists
  if [ -n "$boost" ]; then
    boost=$(boost_package)
    if [ "$boost" = libboost1.81-dev ] && has_package libboost1.74-dev; then
      fail "libboost1.81-dev conflicts with libboost1.74-dev, which is installed (python3-scipy and others bring it).
     Nothing is removed for you: remove libboost1.74-dev yourself, or name another Boost with Boost_ROOT=DIR"
    fi
    missing="$missing $boost"
  fi
  say "installing$missing"
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-remove --no-install-recommends $missing \
    >/dev/null || fail "apt-get could not install$missing without removing something; see above"
}

# Wanted, but one can do without.
wish() {
  for package in "$@"; do
    has_package "$package" && continue
    if [ "$install" = yes ] && { refresh_lists; knows_package "$package"; }; then
      as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-remove --no-install-recommends \
        "$package" >/dev/null || say "going on without $package"
    fi
  done
}

prepare_to_build() {
  require g++ cmake ninja-build python3 nlohmann-json3-dev zlib1g-dev libcli11-dev
  wish ccache libfftw3-dev libmatio-dev
}

# configure OPTION...: FFTW where it is installed; the rest of an existing build folder stays as it was.
configure() {
  if [ -f "$build/CMakeCache.txt" ]; then
    cmake -S "$tree" -B "$build" -DPDM_FFT=auto "$@" >"$build/configure.log" 2>&1 || { cat "$build/configure.log" >&2; fail "cmake failed"; }
  else
    mkdir -p "$build"
    cmake -S "$tree" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPDM_FFT=auto \
      ${Boost_ROOT:+-DBoost_ROOT="$Boost_ROOT"} "$@" >"$build/configure.log" 2>&1 ||
      { cat "$build/configure.log" >&2; fail "cmake failed"; }
  fi
  sed -n 's/^-- pdm: FFT/pdm: FFT/p' "$build/configure.log" >&2
}

# compile [--target NAME]
compile() {
  say "building in $build"
  cmake --build "$build" -j "$jobs" "$@" >"$build/build.log" 2>&1 ||
    { grep -E -A20 'error|FAILED' "$build/build.log" | head -60 >&2; fail "the build failed; all of it: $build/build.log"; }
}
