#!/bin/bash
# get-criu.sh [PROBE DIRECTORY]: sees to it that a CRIU is there that works on the running kernel.
#
# Installed, it is entracte-get-criu, stands beside the probe and knows where the helper looks.
# PROBE is entracte-criu-probe, which dumps and restores two small processes with a given CRIU. Tried, in this order:
# $ENTRACTE_CRIU, the installed one, the one that an earlier run left in DIRECTORY, then the package of the machine's
# own Debian release and of newer ones, unpacked beneath DIRECTORY without touching the system. The first that passes
# stays; the helper finds it there by itself (Criu::find).
#
# The other releases come from the machine's own mirror: its sources with the name of the release exchanged, in a
# private apt state, checked with Debian's keyring like any other download.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
if [ $# -eq 0 ] && [ -x "$here/entracte-criu-probe" ]; then
    set -- "$here/entracte-criu-probe" "$here/../../lib/entracte/criu"
fi
if [ $# -ne 2 ]; then
    echo "usage: get-criu.sh /PATH/OF/entracte-criu-probe DIRECTORY" >&2
    exit 2
fi
probe=$(realpath "$1")
directory=$(realpath -m "$2")
reasons=$(mktemp)
trap 'rm -f "$reasons"' EXIT

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# Whether the CRIU at $1 works; remembers why not.
works() {
    [ -x "$1" ] || return 1
    as_root "$probe" "$1" 2>>"$reasons"
}

# "URI COMPONENT" of the Debian archive that this machine uses, and its release's codename.
debian_archive() {
    # Only sources whose lists have been fetched are told, whether written in one line or in deb822.
    apt-get indextargets --format '$(ORIGIN) $(LABEL) $(COMPONENT) $(RELEASE) $(REPO_URI)' \
        'Identifier: Packages' |
        awk '$1 == "Debian" && $2 == "Debian" && $3 == "main" && $4 !~ /-/ { print $5; exit }'
}

newer_releases() { # CODENAME: itself and those after it
    case $1 in
    bookworm) echo bookworm trixie sid ;;
    trixie) echo trixie sid ;;
    *) echo "$1" sid ;;
    esac
}

# Unpacks the criu package of release $1 from the mirror $2, and makes it run with the libraries it came with.
unpack() {
    local release=$1 mirror=$2 keyring loader
    local state=$directory/apt
    rm -rf "$directory"
    mkdir -p "$state"/{sources,lists/partial,cache/archives/partial} "$directory"/{debs,root}
    keyring=$(find /usr/share/keyrings -name 'debian-archive-keyring.*' | sort | head -1)
    echo "deb ${keyring:+[signed-by=$keyring]} $mirror $release main" >"$state/sources/other.list"
    local apt=(-qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$state/sources"
        -o Dir::State="$state" -o Dir::State::Lists="$state/lists" -o Dir::State::status=/dev/null
        -o Dir::Cache="$state/cache" -o APT::Sandbox::User= -o Acquire::Languages=none)
    # What fails here is told by apt; the shell itself would go on, since a caller asks for the outcome.
    apt-get "${apt[@]}" update || return 1
    local packages
    mapfile -t packages < <(apt-cache "${apt[@]}" depends --recurse --no-recommends --no-suggests \
        --no-conflicts --no-breaks --no-replaces --no-enhances criu |
        grep -E '^(criu|lib[a-z0-9.+-]+)$' | sort -u)
    [ "${#packages[@]}" -gt 0 ] || return 1
    (cd "$directory/debs" && apt-get "${apt[@]}" download "${packages[@]}") || return 1
    local deb
    for deb in "$directory"/debs/*.deb; do dpkg-deb --extract "$deb" "$directory/root" || return 1; done

    loader=$(find "$directory/root" -name 'ld-linux*.so.*' | head -1)
    cp "$directory/root/usr/sbin/criu" "$directory/criu"
    # rpath, not runpath: it holds for the libraries' own libraries too.
    patchelf --set-interpreter "$loader" --force-rpath --set-rpath "$(dirname "$(readlink -f "$loader")")" \
        "$directory/criu"
    rm -rf "$state" "$directory/debs"
}

for criu in "${ENTRACTE_CRIU:-}" "$(PATH=$PATH:/usr/local/sbin:/usr/sbin command -v criu || true)" \
    "$directory/criu"; do
    if [ -n "$criu" ] && works "$criu"; then
        echo "CRIU: $criu"
        exit 0
    fi
done

if ! command -v apt-get >/dev/null; then
    echo "No CRIU that works on this kernel was found. Install one (4.2.1 or newer), or name it in ENTRACTE_CRIU." >&2
    cat "$reasons" >&2
    exit 1
fi
mirror=$(debian_archive)
if [ -z "$mirror" ]; then
    as_root apt-get -qq update
    mirror=$(debian_archive)
fi
if [ -z "$mirror" ]; then
    echo "This machine's apt sources name no Debian archive to fetch CRIU from. Name a CRIU in ENTRACTE_CRIU." >&2
    exit 1
fi
for release in $(newer_releases "$(. /etc/os-release && echo "${VERSION_CODENAME:-sid}")"); do
    echo "Trying the CRIU of Debian $release"
    if unpack "$release" "$mirror" && works "$directory/criu"; then
        echo "CRIU: $directory/criu ($("$directory/criu" --version | sed -n 's/^Version: //p'), of Debian $release)"
        exit 0
    fi
done
rm -rf "$directory"
echo "No CRIU that works on this kernel was found:" >&2
cat "$reasons" >&2
exit 1
