#!/usr/bin/env bash
# Builds the fuzz targets, replays each one's corpus and then runs it for a while.
#
#   scripts/fuzz.sh [seconds] [--totals FILE]      seconds a target, 10 by default
#
# What a run finds stays in build/fuzz/corpus/<target>; an input that fails is kept in
# build/fuzz/failures and belongs into tests/fuzz/corpus/<target> together with the repair.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

seconds=10
totals=()
while [ $# -gt 0 ]; do
    case "$1" in
    --totals)
        totals=("$2")
        shift
        ;;
    *[!0-9]*) die "unknown argument $1; see the head of scripts/fuzz.sh" ;;
    *) seconds="$1" ;;
    esac
    shift
done

cd "$WARP_ROOT"
scripts/build.sh fuzz --target fuzz_targets
mkdir -p build/fuzz/failures

# fuzz_one PROGRAM: one line that begins with PASS or FAIL.
fuzz_one() {
    local program="$1" name="${1##*/fuzz_}" inputs log settings
    local found="build/fuzz/corpus/$name"
    mkdir -p "$found"
    inputs=("$found" "tests/fuzz/corpus/$name")
    log="build/fuzz/$name.log"
    if [ -z "$(ls -A "tests/fuzz/corpus/$name" 2> /dev/null)" ]; then
        echo "tests/fuzz/corpus/$name is missing or empty" > "$log"
        say "FAIL   : fuzz $name"
        return
    fi
    settings=(-timeout=10 -rss_limit_mb=2048 "-artifact_prefix=build/fuzz/failures/$name-")
    if "$program" "${settings[@]}" -runs=0 "${inputs[@]}" > "$log" 2>&1 &&
        "$program" "${settings[@]}" "-max_total_time=$seconds" "${inputs[@]}" >> "$log" 2>&1; then
        say "PASS   : fuzz $name ($(grep -o 'stat::number_of_executed_units: *[0-9]*\|Done [0-9]* runs' \
            "$log" | grep -o '[0-9]*' | tail -n 1) runs)"
    else
        say "FAIL   : fuzz $name"
    fi
}
export -f fuzz_one say
export seconds

results=build/fuzz/results
# Those of this build, and not what an earlier one has left behind.
sed 's|^|build/fuzz/bin/|' build/fuzz/fuzz_targets.txt | tr '\n' '\0' |
    xargs -0 -n 1 -P "$(nproc)" bash -c 'fuzz_one "$1"' fuzz |
    tee "$results"
passed="$(grep -c "^PASS" "$results" || true)"
failed="$(grep -c "^FAIL" "$results" || true)"
failures=""
for name in $(sed -n 's/^FAIL   : fuzz //p' "$results"); do
    failures+="0 0 0"$'\t'"fuzz $name"$'\n'
    tail -n 60 "build/fuzz/$name.log"
done
say "Totals: $passed passed, $failed failed, 0 skipped"
if [ "${#totals[@]}" != 0 ]; then
    printf '%s\n%s' "$passed $failed 0" "$failures" >> "${totals[0]}"
fi
[ "$failed" = 0 ]
