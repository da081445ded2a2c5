#!/bin/bash
# relocate.sh FOLDER: moves everybody's sessions and snapshots into FOLDER, an empty one or one that is not there yet. Run as
# root: the desktop application's preferences start it through pkexec, with the authorisation org.entracte.relocate. No
# session may run. What is in the old folder is removed only when the helper answers from the new one; whatever fails
# before that leaves all as it was.
set -euo pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
umask 077
config=/etc/entracte/entracted.conf
trap '' PIPE # whoever asked may be gone, and what was begun is ended or undone all the same

fail() {
    echo "$*" >&2
    exit 1
}
command -v systemctl >/dev/null || fail "This system has no systemd. Move the folder by hand: entracted.conf(5), state-dir."
# No blank, quote or comment sign: it is written into a file of options.
[[ $# -eq 1 && $1 =~ ^/[A-Za-z0-9._/@+-]+$ ]] ||
    fail "The folder's name may hold letters, digits and . _ / @ + - only, and begins with a slash."
new=$(realpath -m -- "$1")
old=$(sed -n 's/^[[:space:]]*state-dir[[:space:]]*=[[:space:]]*"\{0,1\}\([^"]*[^"[:space:]]\)"\{0,1\}[[:space:]]*$/\1/p' "$config" 2>/dev/null | tail -n 1)
old=$(realpath -e -- "${old:-/var/lib/entracte}") || fail "The folder that snapshots lie in is not there."

case $new/ in "$old"/*) fail "$new lies within $old." ;; esac
case $old/ in "$new"/*) fail "$old lies within $new." ;; esac
# Whoever may write above it could put another folder into its place.
for ((above = 1; ; above++)); do
    parent=$(printf '%s' "$new" | cut -d/ -f"1-$((above + 1))")
    [ "$parent" != "$new" ] || break
    [ -d "$parent" ] || break
    read -r owner mode <<<"$(stat -c '%u %a' -- "$parent")"
    [ "$owner" = 0 ] && (((8#$mode & 8#022) == 0 || (8#$mode & 8#1000) != 0)) ||
        fail "$parent can be written by others than the administrator, who could exchange everybody's snapshots there."
done
[ ! -e "$new" ] || [ -d "$new" ] || fail "$new is no folder."
[ ! -e "$new" ] || [ "$(stat -c %u -- "$new")" = 0 ] || fail "$new belongs to somebody else than the administrator."
[ -z "$(ls -A -- "$new" 2>/dev/null)" ] || fail "$new is not empty."
# Their files are mounted from there.
! grep -qs "upperdir=$old/" /proc/[0-9]*/mountinfo ||
    fail "Sessions run. Suspend or end all of them, other people's too, and try again."

made=$new
while [ ! -e "$(dirname "$made")" ]; do made=$(dirname "$made"); done # the first that is not there
[ ! -e "$new" ] || made=
mkdir -p -- "$new"
before=$(mktemp)
had=
[ ! -e "$config" ] || { had=yes; cp -p -- "$config" "$before"; }
started=
undo() {
    trap - EXIT
    [ -z "$had" ] && rm -f "$config" || cp -p -- "$before" "$config"
    rm -f "$before"
    find "$new" -mindepth 1 -xdev -delete || true
    [ -z "$made" ] || rm -rf --one-file-system -- "$made"
    exec 9>&- # the old folder's lock
    [ -z "$started" ] || { systemctl reset-failed entracted.service; systemctl start entracted.service; } || true
}
trap undo EXIT
chmod 700 "$new"

need=$(du -s -B1 -- "$old" | cut -f1)
free=$(df --output=avail -B1 -- "$new" | tail -n 1)
((free > need + need / 20)) ||
    fail "There is not enough room in $new: $((need / 1000000)) MB are needed, $((free / 1000000)) MB are free."
mkdir "$new/lower" "$new/upper" "$new/work"
# As sessions' files are mounted.
unshare --mount mount -t overlay -o "lowerdir=$new/lower,upperdir=$new/upper,workdir=$new/work,index=on,nfs_export=on" \
    none "$new/lower" 2>/dev/null || fail "The file system of $new cannot hold sessions. ext4, xfs and btrfs can."
rm -rf -- "${new:?}/lower" "${new:?}/upper" "${new:?}/work"

started=yes
systemctl stop entracted.service
# Whoever asks for the helper meanwhile starts one that finds the folder taken.
exec 9>>"$old/lock"
flock --timeout 20 9 || fail "The helper did not end."
cp -a -- "$old/." "$new/"
sync -f "$new"
mkdir -p "${config%/*}"
fresh=$(mktemp "$config.XXXXXX")
{
    [ -z "$had" ] || grep -Ev '^[[:space:]]*state-dir[[:space:]]*=' "$before" || true
    echo "state-dir = $new"
} >"$fresh"
if [ -n "$had" ]; then chmod --reference="$before" "$fresh"; else chmod 644 "$fresh"; fi
mv "$fresh" "$config"
systemctl reset-failed entracted.service
systemctl start entracted.service # returns when the helper answers
trap - EXIT
rm -f "$before"
find "$old" -mindepth 1 -xdev -delete || echo "Something is left in $old." >&2
