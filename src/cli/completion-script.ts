export const shells = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof shells)[number];

export function isShell(text: string): text is Shell {
  return shells.some((shell) => shell === text);
}

// The scripts only carry words back and forth: what can come next is decided by `tidemark __complete`, one suggestion a line,
// a tab between the word and what it means.
const scripts: Readonly<Record<Shell, string>> = {
  bash: `# bash completion for tidemark
_tidemark() {
  local word candidates
  COMPREPLY=()
  candidates=$("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || return 0
  if [ -z "$candidates" ]; then
    compopt -o default 2>/dev/null
    return 0
  fi
  while IFS= read -r word; do
    COMPREPLY+=("\${word%%$'\\t'*}")
  done <<< "$candidates"
}
complete -F _tidemark tidemark
`,
  zsh: `#compdef tidemark
_tidemark() {
  local line
  local -a found
  for line in "\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] || continue
    found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( \${#found} )); then
    _describe 'tidemark' found
  else
    _files
  fi
}
if [ "$funcstack[1]" = "_tidemark" ]; then
  _tidemark "$@"
else
  compdef _tidemark tidemark
fi
`,
  fish: `# fish completion for tidemark
function __tidemark_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  command $words[1] __complete $words[2..] "$current" 2>/dev/null
end
complete -c tidemark -f -a '(__tidemark_complete)'
complete -c tidemark -n 'test -z "(__tidemark_complete)"' -F
`,
};

/** The script that makes a shell ask this program what can come next. */
export function completionScript(shell: Shell): string {
  return scripts[shell];
}
