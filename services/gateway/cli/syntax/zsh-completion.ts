import { type Command, flagsOf } from './command.ts';
import type { Completion } from './completion.ts';
import type { Flag } from './flags.ts';

/** Text within single quotes and the brackets or colons of `_arguments`. */
const escaped = (text: string): string => text.replaceAll("'", "'\\''").replaceAll(/[[\]:\\]/g, '\\$&');

function action(completion: Completion, commands: readonly Command[]): string {
  if (completion === 'files') return '_files';
  if (completion === 'folders') return '_files -/';
  if (completion === 'commands') return `(${commands.map(({ name }) => name).join(' ')})`;
  if (completion === 'jobs') return '_mp3_jobs';
  return completion === 'nothing' ? ' ' : `(${completion.join(' ')})`;
}

/** `{-o,--output}'[where the MP3 goes]:PATH:_files'` */
function specsOf(
  { name, short, value, isValueOptional, text, completes = 'nothing' }: Flag,
  commands: readonly Command[],
): string[] {
  const explanation = `[${escaped(text[0] ?? '')}]`;
  const argument = value === undefined ? '' : `:${escaped(value)}:${action(completes, commands)}`;
  // An optional value must follow an equals sign.
  const long = `--${name}${value === undefined ? '' : isValueOptional ? '=-' : '='}`;
  const optional = isValueOptional ? `:${argument}` : argument;
  return [
    `'*${long}${explanation}${optional}'`,
    ...(short ? [`'*-${short}${value === undefined ? '' : '+'}${explanation}${argument}'`] : []),
  ];
}

function commandCase(command: Command, commands: readonly Command[]): string {
  const specs = flagsOf(command).flatMap((flag) => specsOf(flag, commands));
  const operands =
    command.operands === 'nothing' ? [] : [`'*:${command.name}:${action(command.operands, commands)}'`];
  return [
    `    ${command.name})`,
    `      _arguments -s -S \\`,
    `        ${[...specs, ...operands].join(' \\\n        ')} ;;`,
  ].join('\n');
}

/** The completion of zsh, made from the commands, so that it knows every flag. */
export function zshCompletion(commands: readonly Command[]): string {
  return `#compdef mp3
# Completion of mp3 for zsh. To use it, add to ~/.zshrc after compinit: source <(mp3 completion zsh)
_mp3_jobs() {
  local -a ids
  ids=(\${(f)"$(command mp3 jobs --limit 50 --json 2>/dev/null | sed -n 's/^{"id":"\\([0-9a-f-]*\\)".*/\\1/p')"})
  compadd -a ids
}
_mp3() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    '${name}:${escaped(summary)}'`).join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    compadd -- --help --version
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case "$command" in
${commands.map((command) => commandCase(command, commands)).join('\n')}
  esac
}
compdef _mp3 mp3
`;
}
