# Completion of rc for bash.
# In ~/.bashrc: source <(rc completions bash)

_rc() {
    local IFS=$'\n' how
    COMPREPLY=()
    local answer
    answer=$("${COMP_WORDS[0]}" __complete bash "$COMP_CWORD" "${COMP_WORDS[@]}" 2>/dev/null) || return
    how=${answer%%$'\n'*}
    case $how in
        :files)
            compopt -o default -o filenames 2>/dev/null
            return
            ;;
        :nospace)
            compopt -o nospace 2>/dev/null
            ;;
    esac
    [[ $answer == *$'\n'* ]] && COMPREPLY=(${answer#*$'\n'})
}

# Candidates come in the order of use, where bash can keep it.
complete -o nosort -F _rc rc 2>/dev/null || complete -F _rc rc
