// The script for bash.

import type { CommandLine, FlagPlace, Place } from "./command_line.ts";

/** A script that completes `ff` in bash 3.2 or later. */
export function bashScript({ commands, flags }: CommandLine): string {
  const first = [...commands.map(({ name }) => name), ...dashed(flags)];
  const values = commands.flatMap(({ name, flags }) =>
    flags.filter(({ value }) => value !== "").map((flag) =>
      `    "${name} --${flag.name}") ${set(flag.place)} ;;`
    )
  );
  const rest = commands.map(({ name, flags, rest }) =>
    `    ${name}) flags="${dashed(flags).join(" ")}" ${set(rest)} ;;`
  );
  return `# bash completes ff with this, sourced from ~/.bashrc.
_ff() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local command=\${COMP_WORDS[1]} flags= words= paths= word
  # --flag=value comes as three words.
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  if ((COMP_CWORD == 1)); then
    words="${first.join(" ")}"
  else
    case "$command $previous" in
${values.join("\n")}
    *)
      case $command in
${rest.join("\n").replaceAll(/^/gm, "  ")}
      esac
      if [[ $current == -* ]]; then
        words=$flags paths=
      fi
      ;;
    esac
  fi
  COMPREPLY=()
  while read -r word; do
    [[ -n $word ]] && COMPREPLY+=("$word")
  done < <(compgen -W "$words" -- "$current")
  # An older bash offers files everywhere.
  case $paths in
  files) ;;
  folders) compopt +o default -o plusdirs ;;
  *) compopt +o default ;;
  esac 2>/dev/null
}
complete -o default -F _ff ff
`;
}

function dashed(flags: readonly FlagPlace[]): string[] {
  return flags.map(({ name }) => `--${name}`);
}

function set({ words, paths }: Place): string {
  return `words="${words.join(" ")}" paths=${paths ?? ""}`;
}
