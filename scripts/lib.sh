# Shared by the scripts of this folder; sourced, not run.
# shellcheck shell=bash

set -euo pipefail

WARP_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
export WARP_ROOT

say() {
    printf '%s\n' "$*"
}

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

is_ci() {
    [ "${CI:-}" = true ]
}

is_debian_12() {
    [ -r /etc/os-release ] && (. /etc/os-release && [ "${ID:-}:${VERSION_ID:-}" = debian:12 ])
}

# Runs a command as root: at once, or through sudo.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo > /dev/null; then
        sudo "$@"
    else
        die "installing packages needs root: run this as root or install sudo"
    fi
}

# Names of those packages that are not installed, one a line.
missing_packages() {
    local installed
    installed="$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2> /dev/null |
        sed -n 's/^installed //p')" || true
    printf '%s\n' "$@" | grep -vxF -f <(printf '%s\n' "$installed") || true
}

# Compilers at once: one a processor, but a heavy file takes about 1.5 GiB.
build_jobs() {
    local processors memory_kib by_memory
    processors="$(nproc)"
    memory_kib="$(sed -n 's/^MemAvailable: *\([0-9]*\) kB$/\1/p' /proc/meminfo)"
    by_memory=$((${memory_kib:-4000000} / 1500000))
    if [ "$by_memory" -lt 1 ]; then
        by_memory=1
    fi
    say $((processors < by_memory ? processors : by_memory))
}
