# What tools/test and tools/demo do first: packages and the build. Sourced, not run.
#
# Says what it does; a second run finds everything in place within a second or two.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# One line a reason: what the build needs, what the plugins need, what the tests need.
BUILD_PACKAGES="gcc g++ cmake ninja-build pkg-config libelf-dev libdw-dev libunwind-dev
libzstd-dev liblz4-dev zlib1g-dev libpopt-dev uthash-dev libsqlite3-dev
libprotobuf-c-dev protobuf-c-compiler libjansson-dev
libcmocka-dev python3"
HOST_PACKAGES="gdb python3-dev lldb-19 liblldb-19-dev"

[ -t 1 ] && BOLD=$'\033[1m' PLAIN=$'\033[0m' || BOLD='' PLAIN=''

say()
{
    echo "$BOLD== $*$PLAIN"
}

missing_packages()
{
    local package
    for package in "$@"; do
        dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null \
            | grep -q '^install ok installed' || echo "$package"
    done
}

# Installs what is missing; without root it names the packages and ends the script.
install_packages()
{
    local missing
    missing=$(missing_packages "$@" | tr '\n' ' ')
    [ -z "$missing" ] && return
    if [ "$(id -u)" -ne 0 ]; then
        echo "These Debian packages are missing, and installing them needs root:"
        echo "  apt-get install $missing"
        exit 1
    fi
    say "installing $missing"
    apt-get update -qq || echo "(the lists of packages could not be renewed)"
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing \
        >/tmp/hognose-apt.log 2>&1 \
        || { tail -20 /tmp/hognose-apt.log; echo "apt-get could not install them"; exit 1; }
}

# build DIRECTORY [CMAKE OPTION...]: configures once, then builds what changed.
build()
{
    local directory=$1
    shift
    say "building in $directory"
    cmake -S "$ROOT" -B "$ROOT/$directory" -G Ninja "$@" >"$ROOT/$directory.log" 2>&1 \
        || { tail -20 "$ROOT/$directory.log"; exit 1; }
    nice ninja -C "$ROOT/$directory" >"$ROOT/$directory.log" 2>&1 \
        || { grep -E 'error|warning|FAILED' "$ROOT/$directory.log" | head -40; exit 1; }
    rm -f "$ROOT/$directory.log"
}
