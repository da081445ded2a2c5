#!/bin/bash
# A system bus of one's own, with a real polkitd and (when asked for) the helper on it: what a test or the demo
# needs of a machine that has no systemd, or whose bus it must not touch. Run as root.
#
#   private-bus.sh [OPTION…] -- COMMAND…   runs COMMAND with DBUS_SYSTEM_BUS_ADDRESS set; its exit status
#   private-bus.sh [OPTION…]               prints NAME=VALUE lines, then "ready"; ends when stdin does
#
#   --allow USER        may use sessions of their own (org.entracte.use); any number of times
#   --admin USER        may manage other people's (org.entracte.manage-others), and use their own
#   --slow USER         as --allow, but polkit takes two seconds to say so (as a person before a dialog would)
#   --repair DIR FLAG   pkexec may run what is in DIR (org.entracte.repair, .limits, .relocate) for those who are allowed, once the
#                       file FLAG exists
#   --service PROGRAM   the helper, started as root on this bus
#   --service-arg ARG   an argument of it; any number of times
#   --no-polkit         a machine without polkit
#   --log DIR           keeps the logs (bus.log, polkitd.log, service.log) there
#
# Nobody is "active" here, since there is no logind: the rules alone decide, and refuse who is not named.
# All that is started ends with this script, also when it is killed.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
resources=${ENTRACTE_RESOURCES:-$(realpath "$here/../../resources")}
allow=() admin=() slow=() repair='' repair_flag='' service='' service_args=() polkit=yes log=''
while (($#)); do
    case $1 in
        --allow) allow+=("$2"); shift 2 ;;
        --admin) admin+=("$2"); allow+=("$2"); shift 2 ;;
        --slow) slow+=("$2"); allow+=("$2"); shift 2 ;;
        --repair) repair=$2 repair_flag=$3; shift 3 ;;
        --service) service=$2; shift 2 ;;
        --service-arg) service_args+=("$2"); shift 2 ;;
        --no-polkit) polkit=no; shift ;;
        --log) log=$2; shift 2 ;;
        --) shift; break ;;
        *) echo "private-bus.sh: what is $1?" >&2; exit 2 ;;
    esac
done
[ "$(id -u)" = 0 ] || { echo "private-bus.sh: only root can make a bus with polkit." >&2; exit 77; }

dir=$(mktemp -d "${ENTRACTE_BUS_PLACE:-/tmp}/entracte-bus.XXXXXX")
chmod 755 "$dir"
log=${log:-$dir}
mkdir -p "$log"
pids=()
cleanup() {
    # The helper first, while its bus is still there.
    for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
        kill "${pids[i]}" 2>/dev/null || true
        wait "${pids[i]}" 2>/dev/null || true
    done
    rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

give_up() {
    echo "private-bus.sh: $1" >&2
    sed 's/^/  | /' "$2" >&2 || true
    exit 1
}

# Runs a program that ends when this script ends.
start() { # LOG PROGRAM ARG…
    local output=$1
    shift
    setpriv --pdeathsig TERM "$@" >"$output" 2>&1 </dev/null &
    pids+=($!)
}

# --- the bus: what Debian's system.conf says, with our own policy
cat >"$dir/bus.conf" <<CONF
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <auth>EXTERNAL</auth>
  <listen>unix:path=$dir/bus</listen>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Introspectable"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Properties"/>
  </policy>
  <policy user="root">
    <allow own="org.freedesktop.login1"/>
    <allow send_destination="org.freedesktop.login1"/>
  </policy>
  <include ignore_missing="yes">/usr/share/dbus-1/system.d/org.freedesktop.PolicyKit1.conf</include>
  <include>$resources/dbus/org.entracte.Entracte1.conf</include>
</busconfig>
CONF
export DBUS_SYSTEM_BUS_ADDRESS="unix:path=$dir/bus"
start "$log/bus.log" dbus-daemon --nofork --nopidfile --config-file="$dir/bus.conf"
bus_pid=${pids[-1]}

has_name() {
    dbus-send --bus="$DBUS_SYSTEM_BUS_ADDRESS" --dest=org.freedesktop.DBus --print-reply=literal \
        --reply-timeout=2000 /org/freedesktop/DBus org.freedesktop.DBus.NameHasOwner "string:$1" 2>/dev/null |
        grep -q true
}
wait_for_name() { # NAME LOG PID
    for ((i = 0; i < 200; i++)); do
        if has_name "$1"; then return; fi
        kill -0 "$3" 2>/dev/null || give_up "the owner of $1 ended at once:" "$2"
        sleep 0.1
    done
    give_up "$1 did not appear on the bus:" "$2"
}
wait_for_name org.freedesktop.DBus "$log/bus.log" "$bus_pid"

# --- polkitd reads actions and rules from its system directories only: ours are mounted over them, for it alone
if [ "$polkit" = yes ]; then
    polkitd=/usr/lib/polkit-1/polkitd
    [ -x $polkitd ] || polkitd=/usr/libexec/polkitd
    [ -x $polkitd ] || { echo "private-bus.sh: polkitd is not installed." >&2; exit 77; }
    # A copy: a polkitd package that is configured anywhere on this machine, also in a chroot, ends all that run
    # from that package's path, and here nobody would start another one.
    cp "$polkitd" "$dir/polkitd"
    polkitd=$dir/polkitd
    mkdir "$dir/actions" "$dir/rules"
    cp /usr/share/polkit-1/actions/org.freedesktop.policykit.policy "$dir/actions/" 2>/dev/null || true
    cp "$resources/polkit/org.entracte.policy" "$dir/actions/"
    [ -z "$repair" ] || sed "s|@CMAKE_INSTALL_FULL_LIBEXECDIR@/entracte/|$repair/|" \
        "$resources/polkit/org.entracte.repair.policy.in" >"$dir/actions/org.entracte.repair.policy"
    quoted() { printf '"%s",' "$@"; }
    cat >"$dir/rules/10-test.rules" <<RULES
polkit.addRule(function(action, subject) {
    var may = { "org.entracte.use": [$( ((${#allow[@]})) && quoted "${allow[@]}")],
                "org.entracte.manage-others": [$( ((${#admin[@]})) && quoted "${admin[@]}")] };
    if (["org.entracte.repair", "org.entracte.limits", "org.entracte.relocate"].indexOf(action.id) >= 0) {
        try {
            polkit.spawn(["test", "-e", "$repair_flag"]);
        } catch (absent) {
            return polkit.Result.NO;
        }
        return may["org.entracte.use"].indexOf(subject.user) >= 0 ? polkit.Result.YES : polkit.Result.NO;
    }
    var slow = [$( ((${#slow[@]})) && quoted "${slow[@]}")];
    if (may[action.id] && slow.indexOf(subject.user) >= 0)
        polkit.spawn(["sleep", "2"]);
    if (may[action.id])
        return may[action.id].indexOf(subject.user) >= 0 ? polkit.Result.YES : polkit.Result.NO;
});
RULES
    # shellcheck disable=SC2016
    start "$log/polkitd.log" unshare --mount --propagation private sh -c '
        mount --bind "$1/actions" /usr/share/polkit-1/actions
        mkdir -p /etc/polkit-1/rules.d /usr/share/polkit-1/rules.d
        mount --bind "$1/rules" /etc/polkit-1/rules.d
        mount --bind "$1/rules" /usr/share/polkit-1/rules.d
        exec "$2" --no-debug' sh "$dir" "$polkitd"
    wait_for_name org.freedesktop.PolicyKit1 "$log/polkitd.log" "${pids[-1]}"
fi

if [ -n "$service" ]; then
    start "$log/service.log" "$service" ${service_args[@]+"${service_args[@]}"}
    wait_for_name org.entracte.Entracte1 "$log/service.log" "${pids[-1]}"
fi

if (($#)); then
    "$@"
else
    echo "DBUS_SYSTEM_BUS_ADDRESS=$DBUS_SYSTEM_BUS_ADDRESS"
    echo "BUS_LOG=$log"
    [ -n "$service" ] && echo "SERVICE_PID=${pids[-1]}"
    echo ready
    cat >/dev/null
fi
