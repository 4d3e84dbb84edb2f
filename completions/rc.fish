# Completion of rc for fish.
# In ~/.config/fish/config.fish: rc completions fish | source
# Or as ~/.config/fish/completions/rc.fish

function __rc_complete
    set -l before (commandline --current-process --tokenize --cut-at-cursor)
    set -l current (commandline --current-token --cut-at-cursor)
    set -l answer ($before[1] __complete fish (count $before) $before $current 2>/dev/null)
    or return
    if test "$answer[1]" = ':files'
        set -l flag (string match --regex '^--[^=]*=' -- $current)
        for path in (__fish_complete_path (string replace --regex '^--[^=]*=' '' -- $current))
            echo "$flag$path"
        end
        return
    end
    printf '%s\n' $answer[2..-1]
end

complete --command rc --no-files --keep-order --arguments '(__rc_complete)'
