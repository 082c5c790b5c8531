#!/usr/bin/env bash
# Shows WarpPool at work: installs what is missing, builds the programs, then runs a simulated node
# and simulated miners with the real pool between them. Ctrl-C ends it.
#
#   scripts/demo.sh [--blocks N]      --blocks N: end with exit code 0 after N accepted blocks
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$WARP_ROOT/scripts/build.sh" release --target warppool warppool-sim
exec "$WARP_ROOT/build/release/bin/warppool-sim" demo "$@"
