#!/usr/bin/env bash
# Installs what is missing, builds everything and runs all tests.
#
#   scripts/test.sh [--long]
#
#   --long   also the soak tests, and half an hour of fuzzing for each target
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

is_long=no
for argument in "$@"; do
    case "$argument" in
    --long) is_long=yes ;;
    *) die "unknown argument $argument; see the head of scripts/test.sh" ;;
    esac
done

cd "$WARP_ROOT"
scripts/setup.sh --dev --with-peers
scripts/build.sh dev
totals="$WARP_ROOT/build/dev/totals"
rm -f "$totals"
verdict=0
if [ "$is_long" = yes ]; then
    WARP_LONG=1 scripts/run_tests.py build/dev --totals "$totals" || verdict=1
    scripts/fuzz.sh 1800 --totals "$totals" || verdict=1
else
    scripts/run_tests.py build/dev --exclude-label soak --totals "$totals" || verdict=1
fi
scripts/run_tests.py --sum "$totals" || verdict=1
exit "$verdict"
