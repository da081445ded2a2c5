#!/bin/bash
# repair.sh CHECK: puts right what "entracte doctor" found missing, as far as packages and the service go. Run as root: the
# desktop application starts it through pkexec, with the authorisation org.entracte.repair. CHECK is one of the names
# below and nothing else, so that who is authorised says no more than what is to be repaired. --dry-run CHECK tells what it
# would do.
set -euo pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

dry=
[ "${1:-}" != --dry-run ] || { dry=yes; shift; }
fail() {
    echo "entracte-repair: $*" >&2
    exit 1
}
run() {
    if [ -n "$dry" ]; then echo "$*"; else "$@"; fi
}
packages() {
    [ -n "$dry" ] || command -v apt-get >/dev/null || fail "This system has no apt-get. Install $* as it is done here."
    run apt-get -q update
    run apt-get -q install --yes --no-install-recommends "$@"
}

here=$(dirname "$(realpath "$0")")
case ${1:-} in
    criu)
        packages criu
        # The release's own may be too old for a kernel from elsewhere.
        [ -n "$dry" ] || [ ! -x "$here/entracte-get-criu" ] ||
            "$here/entracte-get-criu"
        ;;
    dbus-daemon) packages dbus ;;
    xvfb) packages xvfb ;;
    xephyr) packages xserver-xephyr ;;
    helper)
        [ -n "$dry" ] || command -v systemctl >/dev/null || fail "This system has no systemd. Start entracted as it is done here."
        run systemctl reset-failed entracted.service
        run systemctl start entracted.service
        ;;
    *) fail "What is to be repaired? criu, dbus-daemon, xvfb, xephyr or helper." ;;
esac
