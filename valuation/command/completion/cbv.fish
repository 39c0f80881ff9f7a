# Completion of cbv in fish: cbv completion fish | source
function __cbv_complete
    set -l line (commandline -opc) (commandline -ct)
    set -l found (command $line[1] complete $line[2..-1] 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c cbv -f -a '(__cbv_complete)'
