// The script for zsh.

import type { CommandLine, CommandPlace, FlagPlace, Place } from "./command_line.ts";

/** A script that completes `ff` in zsh, as the file `_ff` or sourced. */
export function zshScript({ commands, flags }: CommandLine): string {
  const described = commands.map(({ name, what }) => `    ${quote(`${name}:${what}`)}`);
  return `#compdef ff
# zsh completes ff with this, as the file _ff in a folder of $fpath.
_ff() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands
  commands=(
${described.join("\n")}
  )
  _arguments -C \\
    ${
    [...flags.map(flagSpec), "1:command:->command", "*::argument:->rest"].map(quote).join(
      " \\\n    ",
    )
  }
  case $state in
  command) _describe command commands ;;
  rest)
    case $words[1] in
${commands.map(commandCase).join("\n")}
    esac
    ;;
  esac
}
# Sourced, it is made known here; as a file of $fpath, it is called.
if [[ $funcstack[1] == _ff ]]; then
  _ff "$@"
else
  compdef _ff ff
fi
`;
}

function commandCase({ name, flags, rest }: CommandPlace): string {
  const specs = [
    ...flags.map(flagSpec),
    ...(isEmpty(rest) ? [] : [`*:argument:${action(rest)}`]),
  ];
  return `    ${name})
      _arguments \\
        ${specs.map(quote).join(" \\\n        ")}
      ;;`;
}

function flagSpec({ name, help, value, place }: FlagPlace): string {
  const what = help.replaceAll(/[\\[\]]/g, "\\$&");
  if (value === "") return `--${name}[${what}]`;
  return `--${name}=[${what}]:${value.replaceAll(":", "\\:")}:${action(place)}`;
}

// In an action a colon would begin the next one; the space in front keeps zsh from adding arguments of its own.
function action({ words, paths }: Place): string {
  const found = paths === "files" ? "_files" : "_files -/";
  const names = `(${words.join(" ")})`;
  if (paths === null) return words.length > 0 ? names : " ";
  if (words.length === 0) return found;
  return ` _alternative "names\\:name\\:${names}" "paths\\:path\\:${found}"`;
}

function isEmpty({ words, paths }: Place): boolean {
  return words.length === 0 && paths === null;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
