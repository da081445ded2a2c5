#!/bin/bash
# completions.sh COMPLETIONS BIN: the shells themselves read the completions, and complete with them.
set -euo pipefail
completions=$1
export PATH=$2:$PATH
for shell in bash fish zsh; do
    command -v "$shell" >/dev/null || { echo "there is no $shell here"; exit 77; }
done
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
export HOME=$home XDG_CONFIG_HOME=$home XDG_DATA_HOME=$home XDG_CACHE_HOME=$home ZDOTDIR=$home

expect() { # WHAT WANTED GOT
    case $'\n'$3$'\n' in
        *$'\n'"$2"*) ;;
        *) echo "$1 should offer $2, and offers: $3"; exit 1 ;;
    esac
}

fish_offers() {
    fish --no-config -c "source $completions/entracte.fish; source $completions/entracte-desktop.fish; complete -C '$1'"
}
expect "fish: entracte sn" snapshot "$(fish_offers 'entracte sn')"
expect "fish: entracte resume --fi" --files "$(fish_offers 'entracte resume --fi')"
expect "fish: entracte resume x --files " both "$(fish_offers 'entracte resume x --files ')"
expect "fish: entracte c" cp "$(fish_offers 'entracte c')"
expect "fish: entracte vault un" unlock "$(fish_offers 'entracte vault un')"
expect "fish: entracte-desktop --sn" --snapshot-now "$(fish_offers 'entracte-desktop --sn')"

bash_offers() { # WORDS…
    bash --norc -c 'source /usr/share/bash-completion/bash_completion 2>/dev/null || exit 77
        source "$0/entracte"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
        _entracte 2>/dev/null; printf "%s\n" "${COMPREPLY[@]}"' "$completions" "$@"
}
if [ -e /usr/share/bash-completion/bash_completion ]; then
    expect "bash: entracte sn" snapshot "$(bash_offers entracte sn)"
    expect "bash: entracte vault un" unlock "$(bash_offers entracte vault un)"
    expect "bash: entracte resume x --files " both "$(bash_offers entracte resume x --files '')"
fi

# zsh completes in a terminal only: one of its own, where Tab is pressed.
zsh_line() {
    zsh -f -c "zmodload zsh/zpty; zpty z zsh -f
        zpty -w z \"PS1=; fpath=($completions \\\$fpath); autoload -Uz compinit; compinit -u -d $home/dump; echo ready-\\\$((1+1))\"
        zpty -r z seen '*ready-2*'
        zpty -n -w z '$1'\$'\\t'
        zpty -r z seen '*$2*' && print -r -- yes"
}
for file in _entracte _entracte-desktop; do zsh -n "$completions/$file"; done
[ "$(timeout 20 bash -c "$(declare -f zsh_line); completions=$completions home=$home; zsh_line 'entracte snap' snapshot")" = yes ] ||
    { echo "zsh does not complete entracte snap"; exit 1; }
