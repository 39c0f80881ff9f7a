#compdef cbv
# Completion of cbv in zsh: source <(cbv completion zsh), after compinit
_cbv() {
    local -a found
    found=("${(@f)$("${words[1]}" complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ -n ${found[1]} ]]; then
        compadd -- "${found[@]}"
    else
        _files
    fi
}
compdef _cbv cbv
