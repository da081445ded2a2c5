# fish completion for entracte-desktop(1)
complete -c entracte-desktop -f
complete -c entracte-desktop -a '(__fish_complete_suffix .entracte)'
complete -c entracte-desktop -l background -d 'Start in the tray, without a window'
complete -c entracte-desktop -l snapshot-now -d 'Save every running session'
complete -c entracte-desktop -l new-session -d 'Ask for a new session'
complete -c entracte-desktop -l check -d 'Check this computer'
complete -c entracte-desktop -l quit -d 'End the application'
complete -c entracte-desktop -l session-bus -d 'Look for the helper on the session bus'
complete -c entracte-desktop -l help -d 'Say how it is used'
complete -c entracte-desktop -l version -d 'Say the version'
