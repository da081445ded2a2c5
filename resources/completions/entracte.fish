# fish completion for entracte(1)

set -g __entracte_commands start exec list show snapshot suspend resume rollback clone rename comment pin unpin \
    schedule limits clipboard windows picture attach detach vnc stop delete check gc prune cp export import move push pull remote vault doctor

# Sessions by id with their name, and by name with their state.
function __entracte_sessions
    entracte list --json 2>/dev/null | string match -rg '^ *"(?:id|name)": "([^"]*)",?$'
end

# Snapshots of the session that is named already; the newest is called so.
function __entracte_snapshots
    printf 'newest\tthe newest snapshot\n'
    set -l words (commandline -opc)
    for session in $words[3..-1]
        string match -q -- '-*' $session; and continue
        entracte show $session --json 2>/dev/null | sed -n '/"snapshots"/,$ s/^ *"id": "\([^"]*\)",*$/\1/p'
        return
    end
end

function __entracte_desktops
    for file in /usr/share/xsessions/*.desktop
        string replace -r '(-session)?\.desktop$' '' (basename $file)
    end
end

# Whether the command is one of these, and its session has not been named yet.
function __entracte_wants_session
    __fish_seen_subcommand_from $argv; or return
    set -l named
    for word in (commandline -opc)[3..-1]
        string match -q -- '-*' $word; or set -a named $word
    end
    test (count $named) -eq 0
end

# A command's session, and the option OPTION (with what complete(1) needs to know of it) of each of COMMANDS.
function __entracte_option # COMMANDS OPTION...
    complete -c entracte -n "__fish_seen_subcommand_from $argv[1]" $argv[2..-1]
end

complete -c entracte -f
complete -c entracte -l json -d 'Answer for scripts'
complete -c entracte -l quiet -d 'Say only errors'
complete -c entracte -l help -d 'Say how it is used'
set -l none "not __fish_seen_subcommand_from $__entracte_commands"
complete -c entracte -n $none -l version -d 'Say the version'
complete -c entracte -n $none -l session-bus -d 'Look for the helper on the session bus'
complete -c entracte -n $none -a start -d 'Start a session and a program in it'
complete -c entracte -n $none -a exec -d 'Start another program in a session'
complete -c entracte -n $none -a list -d 'List the sessions'
complete -c entracte -n $none -a show -d 'Show a session and its snapshots'
complete -c entracte -n $none -a snapshot -d 'Save a session, which goes on running'
complete -c entracte -n $none -a suspend -d 'Save a session and end it'
complete -c entracte -n $none -a resume -d 'Bring a session back from a snapshot'
complete -c entracte -n $none -a rollback -d 'Bring a session back to an earlier snapshot'
complete -c entracte -n $none -a clone -d 'Open a second session beside the first'
complete -c entracte -n $none -a rename -d 'Give a session another name'
complete -c entracte -n $none -a comment -d 'Change the line to know a snapshot by'
complete -c entracte -n $none -a pin -d 'Keep a snapshot, whatever the rules say'
complete -c entracte -n $none -a unpin -d 'Keep a snapshot only as the rules say'
complete -c entracte -n $none -a schedule -d 'Tell or set when a session is saved by itself'
complete -c entracte -n $none -a clipboard -d 'Share the clipboard of a window, or not'
complete -c entracte -n $none -a limits -d 'Tell or set what a session may use'
complete -c entracte -n $none -a windows -d "List a session's windows"
complete -c entracte -n $none -a picture -d 'Write a small picture of a snapshot to a file'
complete -c entracte -n $none -a attach -d "Show a session's windows on this screen"
complete -c entracte -n $none -a detach -d "Take a session's windows off the screen"
complete -c entracte -n $none -a vnc -d 'Show a session to VNC viewers'
complete -c entracte -n $none -a stop -d 'End its programs without saving them'
complete -c entracte -n $none -a delete -d 'Delete a session, or one of its snapshots'
complete -c entracte -n $none -a check -d 'Look whether snapshots are as they were written'
complete -c entracte -n $none -a gc -d 'Free the disk space that no snapshot needs'
complete -c entracte -n $none -a prune -d 'Remove the snapshots that rules do not keep'
complete -c entracte -n $none -a cp -d 'Copy a file out of a running session, or into it'
complete -c entracte -n $none -a export -d 'Write a snapshot into one file'
complete -c entracte -n $none -a import -d 'Make a session from such a file'
complete -c entracte -n $none -a vault -d 'Keep your snapshots encrypted'
complete -c entracte -n $none -a move -d 'Go on with a session on another machine'
complete -c entracte -n $none -a hosts -d 'Tell load, free memory and sessions of other machines'
complete -c entracte -n $none -a evacuate -d 'Move all your sessions off this machine'
complete -c entracte -n $none -a push -d 'Send a snapshot to a repository'
complete -c entracte -n $none -a pull -d 'Make a session from a repository'
complete -c entracte -n $none -a remote -d 'Repositories of sessions'
complete -c entracte -n $none -a doctor -d 'Tell what this machine lacks'

complete -c entracte -n '__entracte_wants_session exec show snapshot suspend resume rollback clone rename comment pin \
    unpin schedule limits clipboard windows picture attach detach vnc stop delete prune export push move' -a '(__entracte_sessions)' -d session

__entracte_option 'start clone' -l name -x -d 'Its name'
__entracte_option start -l desktop -x -a '(__entracte_desktops)' -d 'A whole desktop'
__entracte_option start -l from -x -a '(__entracte_sessions)' -d 'Begin with a snapshot of this session'
__entracte_option start -l clipboard -d 'Share the clipboard of a window'
__entracte_option start -l private -d 'Keep its notifications, links and sound from this desktop'
__entracte_option start -l share -x -a '(__fish_complete_directories)' -d 'A folder shared live'
__entracte_option start -l share-read-only -x -a '(__fish_complete_directories)' -d 'The same, unchangeable'
__entracte_option 'start exec' -l env -x -d 'NAME=VALUE'
__entracte_option 'start schedule' -l every -x -a '5min 10min 30min 1h 1d never' -d 'Save it by itself so often'
__entracte_option 'start resume rollback clone attach move evacuate' -l screen -x -a 'host window headless' -d 'Where the windows go'
__entracte_option 'start resume rollback clone attach move evacuate' -l size -x -a '1280x800 1920x1080' -d 'Its size in pixels'
__entracte_option 'start resume rollback clone' -l network -x -a 'nat none host-limited:' -d 'What its programs reach'
__entracte_option 'resume rollback clone move evacuate' -l files -x -a 'ask current saved both' -d 'Which changed documents count'
__entracte_option 'start resume rollback clone comment pin unpin windows picture delete' -l snapshot -x \
    -a '(__entracte_snapshots)' -d 'The snapshot'
__entracte_option 'stop delete' -s y -l yes -d 'Do not ask first'
__entracte_option 'snapshot suspend' -l comment -x -d 'A line to know it by'
__entracte_option 'snapshot suspend prune evacuate' -l dry-run -d 'Only tell what would happen'
__entracte_option remote -a 'add remove list check prune' -d 'What to do'
__entracte_option 'push pull resume remote' -l take-over -d 'Even if another machine has it'
__entracte_option pull -l resume -d 'Bring it back at once'
__entracte_option 'push pull remote' -l passphrase-fd -x -d 'Read the passphrase there'
__entracte_option remote -l passphrase-file -r -F -d 'Read the passphrase from it'
__entracte_option remote -l passphrase-command -x -d 'Run this for the passphrase'
__entracte_option remote -l read-data -d 'Read every byte'
__entracte_option remote -l keep -x -a "'daily=7 monthly=12'" -d 'Which snapshots stay'
__entracte_option remote -l session -x -d 'Only this one'
__entracte_option remote -l grace -x -a '3d 1w' -d 'How long what none needs stays'
__entracte_option remote -l dry-run -d 'Only tell what would be removed'
__entracte_option cp -F -a "(__entracte_sessions | string replace -r '\$' ':')"
__entracte_option export -l encrypt -d 'Seal it with a passphrase'
complete -c entracte -n '__fish_seen_subcommand_from vault' -a 'create unlock lock status change-passphrase delete'
__entracte_option 'export import vault' -l passphrase-fd -x -d 'Read the passphrase there'
__entracte_option vault -l keyring -d 'The passphrase in the keyring of the desktop'
__entracte_option schedule -l pause -x -a '30min 3h 1d now' -d 'Not for so long'
__entracte_option 'start schedule prune' -l keep -x -a "all 'hourly=24 daily=7 weekly=4 monthly=6'" -d 'Which snapshots stay'
__entracte_option schedule -l resume-automatically -x -a 'yes no' -d 'Bring it back by itself'
__entracte_option limits -l memory -x -a '512M 1G 2G 4G none' -d 'Memory'
__entracte_option limits -l cpu -x -a '50% 100% 200% none' -d 'Processor time'
__entracte_option limits -l processes -x -a '500 none' -d 'Processes'
__entracte_option check -l read-data -d 'Read every byte'
__entracte_option check -l repair -d 'Make a damaged catalog anew'
__entracte_option 'move hosts evacuate' -a '(__fish_print_hostnames)' -d host
__entracte_option move -l auto -d 'To the least busy machine'
__entracte_option evacuate -l jobs -x -a '1 2 4' -d 'How many move at once'
__entracte_option move -l display -x -a ':0 :1' -d 'The display there'
__entracte_option move -l keep -d 'Keep a suspended copy'
__entracte_option move -l take-back -d 'It does not run elsewhere'
__entracte_option vnc -l socket -r -F -d 'Where it listens'
__entracte_option vnc -l read-only -d 'Viewers may only look'
__entracte_option 'start exec' -a '(__fish_complete_command)'
__entracte_option picture -F
