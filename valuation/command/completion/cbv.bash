# Completion of cbv in bash: source <(cbv completion bash)
_cbv() {
    local IFS=$'\n'
    # The words up to the cursor. Bash splits --flag=value at the sign; cbv knows
    # the value by the flag before it.
    local -a words=()
    local word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
        [[ $word == "=" ]] || words+=("$word")
    done
    [[ ${COMP_WORDS[COMP_CWORD]} == "=" ]] && words+=("")
    COMPREPLY=($("${COMP_WORDS[0]}" complete "${words[@]}" 2>/dev/null))
}
# Where cbv has nothing to offer, a file is meant.
complete -o default -F _cbv cbv
