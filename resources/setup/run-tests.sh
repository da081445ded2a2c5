#!/bin/bash
# run-tests.sh BUILD [ctest arguments]: runs all tests, then lists those that were skipped with their reasons, and
# says ctest's closing line once more at the end. Exits as ctest does. Becomes root where it is not: sessions
# need namespaces, mounts and CRIU.
set -uo pipefail

build=$(realpath "$1")
shift
if [ "$(id -u)" -ne 0 ]; then
    exec sudo --preserve-env=ENTRACTE_CRIU "$(realpath "$0")" "$build" "$@"
fi

ctest --test-dir "$build" --parallel 2 --output-on-failure --no-tests=error "$@" 2>&1 | tee "$build/tests.log"
status=${PIPESTATUS[0]}

echo
if grep -q '\*\*\*Skipped' "$build/tests.log"; then
    echo "Skipped tests, and why:"
    awk '
        /^[0-9]+\/[0-9]+ Testing: / { name = $3 }
        /: Skipped$/ { getline; print "  " name ": " $0; told[name] = 1 }' \
        "$build/Testing/Temporary/LastTest.log"
else
    echo "No test was skipped."
fi
grep -E '^[0-9]+% tests passed' "$build/tests.log"
exit "$status"
