#!/bin/bash
# install-packages.sh [SECTION...]: installs what is missing of packages.txt (when no section is named, all but [apps],
# which are large, [move], [bench], [machine] and [package]).
# Asks only dpkg's own database when nothing is missing. Uses sudo when it is not run by root.
set -euo pipefail

list=$(dirname "$(realpath "$0")")/packages.txt

wanted_packages() { # SECTION...
    awk -v wanted=" $* " '
        /^\[/ { section = substr($0, 2, length($0) - 2); next }
        /^[a-z0-9]/ && (wanted == "  " ? section !~ /^(apps|move|bench|machine|package)$/ : index(wanted, " " section " ") > 0) { print $1 }' "$list"
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

if ! command -v dpkg-query >/dev/null; then
    echo "This is not a Debian system: see to it that the equivalents of $list are installed." >&2
    exit 0
fi

mapfile -t wanted < <(wanted_packages "$@" | sort -u)
mapfile -t missing < <(comm -23 <(printf '%s\n' "${wanted[@]}") <(
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null |
        sed -n 's/^installed //p' | sort -u))
[ "${#missing[@]}" -eq 0 ] && exit 0

echo "Installing ${#missing[@]} packages: ${missing[*]}"
as_root apt-get -qq update ||
    echo "The package lists could not all be refreshed; going on with those at hand." >&2
as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends \
    -o Dpkg::Use-Pty=0 "${missing[@]}" >/dev/null

# The tests start an sshd of their own; installing one shall not open this machine to the network.
if [[ " ${missing[*]} " == *" openssh-server "* ]] && [ -d /run/systemd/system ]; then
    as_root systemctl --quiet disable --now ssh.service ssh.socket 2>/dev/null || true
fi
