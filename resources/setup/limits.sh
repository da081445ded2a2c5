#!/bin/bash
# limits.sh STORE-LIMIT KEEP-FREE: how much room everybody's snapshots may take, and leave free, in bytes (0: no limit). Run as
# root: the desktop application's preferences start it through pkexec, with the authorisation org.entracte.limits. Written into
# the helper's configuration, entracted.conf(5), which a helper that runs then reads anew.
set -euo pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
umask 022

[[ $# -eq 2 && $1 =~ ^[0-9]{1,18}$ && $2 =~ ^[0-9]{1,18}$ ]] || {
    echo "entracte-limits: two numbers of bytes are needed." >&2
    exit 2
}
file=/etc/entracte/entracted.conf
mkdir -p "${file%/*}"
fresh=$(mktemp "$file.XXXXXX")
trap 'rm -f "$fresh"' EXIT
{
    # What else stands there stays.
    [ ! -e "$file" ] || grep -Ev '^[[:space:]]*(store-limit|keep-free)[[:space:]]*=' "$file" || true
    echo "store-limit = ${1}B"
    echo "keep-free = ${2}B"
} >"$fresh"
if [ -e "$file" ]; then chmod --reference="$file" "$fresh"; else chmod 644 "$fresh"; fi
mv "$fresh" "$file"
# Anew in a helper that goes on: one that starts anew would know no vault's passphrase.
if command -v systemctl >/dev/null; then
    systemctl try-reload-or-restart entracted.service
fi
