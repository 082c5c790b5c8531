#!/usr/bin/env bash
# Builds WarpPool. The programs are in build/<preset>/bin afterwards.
#
#   scripts/build.sh [preset] [--target T ...]
#
# Presets: dev (default, with tests), release, headless, asan-ubsan, tsan, fuzz, tidy, coverage.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

preset=dev
targets=()
if [ $# -gt 0 ] && [[ "$1" != --* ]]; then
    preset="$1"
    shift
fi
while [ $# -gt 0 ]; do
    case "$1" in
    --target)
        shift
        while [ $# -gt 0 ] && [[ "$1" != --* ]]; do
            targets+=("$1")
            shift
        done
        ;;
    *) die "unknown argument $1; see the head of scripts/build.sh" ;;
    esac
done

case "$preset" in
release | headless) "$WARP_ROOT/scripts/setup.sh" ;;
*) "$WARP_ROOT/scripts/setup.sh" --dev ;;
esac

cd "$WARP_ROOT"
build="build/$preset"
# Ninja configures again by itself when a CMake file changed, but does not watch the presets.
if [ ! -f "$build/build.ninja" ] || [ CMakePresets.json -nt "$build/CMakeCache.txt" ]; then
    cmake --preset "$preset"
    touch "$build/CMakeCache.txt"
fi
cmake --build "$build" --parallel "$(build_jobs)" ${targets[@]:+--target "${targets[@]}"}
say "built: $build/bin"
