#!/bin/bash
# run-tests.sh BUILD [ctest arguments]: runs all tests, then lists those that were skipped with their reasons, and
# those that failed with the end of what they said, and says ctest's closing line once more at the end. Exits as ctest does. Becomes root where it is not: sessions
# need namespaces, mounts and CRIU.
set -uo pipefail

build=$(realpath "$1")
shift
if [ "$(id -u)" -ne 0 ]; then
    exec sudo --preserve-env=ENTRACTE_CRIU,ENTRACTE_MOVE,ENTRACTE_APPS,ENTRACTE_APPS_RUNS "$(realpath "$0")" "$build" "$@"
fi

ctest --test-dir "$build" --parallel 2 --output-on-failure --no-tests=error "$@" 2>&1 | tee "$build/tests.log"
status=${PIPESTATUS[0]}

echo
if grep -aq '\*\*\*Skipped' "$build/tests.log"; then
    echo "Skipped tests, and why:"
    # GoogleTest says the reason in the line after "Skipped"; of other tests it is the last line of their output.
    awk '
        FNR == NR { if (match($0, /Test +#[0-9]+: /) && /\*\*\*Skipped/) {
                        name = substr($0, RSTART + RLENGTH); sub(/ .*/, "", name); skipped[name] = 1 }
                    next }
        / Testing: / { name = $3; reason = ""; next }
        /^<end of output>/ { if (skipped[name]) print "  " name ": " reason; next }
        /: Skipped$/ { getline; reason = $0; told = name; next }
        NF && told != name { reason = $0 }' \
        "$build/tests.log" "$build/Testing/Temporary/LastTest.log"
else
    echo "No test was skipped."
fi
# Last, because of a long log often only the end is kept.
awk '
    FNR == NR { if (match($0, /Test +#[0-9]+: /) && /\*\*\*/ && !/\*\*\*Skipped/) {
                    name = substr($0, RSTART + RLENGTH); sub(/ .*/, "", name); failed[name] = 1 }
                next }
    / Testing: / { name = $3; said = 0; next }
    /^<end of output>/ { if (failed[name]) { print "Failed: " name
                             for (i = said > 15 ? said - 15 : 0; i < said; ++i) print "  " substr(line[i], 1, 600) }
                         said = 0; next }
    name { line[said++] = $0 }' \
    "$build/tests.log" "$build/Testing/Temporary/LastTest.log"
grep -aE '^[0-9]+% tests passed' "$build/tests.log"
exit "$status"
