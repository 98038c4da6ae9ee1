import { type Command, flagsOf } from './command.ts';
import type { Completion } from './completion.ts';
import { spellingsOf } from './help-text.ts';

const quoted = (words: readonly string[]): string => `'${words.join(' ')}'`;

/** What bash is asked for words of this kind. */
function generate(completion: Completion, commands: readonly Command[]): string {
  if (completion === 'files') return 'compopt -o filenames; COMPREPLY=($(compgen -f -- "$word"))';
  if (completion === 'folders') return 'compopt -o filenames; COMPREPLY=($(compgen -d -- "$word"))';
  if (completion === 'commands') return wordsReply(commands.map(({ name }) => name));
  if (completion === 'jobs') return '_mp3_jobs';
  if (completion === 'nothing') return 'COMPREPLY=()';
  return wordsReply(completion);
}

const wordsReply = (words: readonly string[]): string =>
  `COMPREPLY=($(compgen -W ${quoted(words)} -- "$word"))`;

/** The cases of one command: the values of its flags, its flags, and the words after it. */
function commandCase(command: Command, commands: readonly Command[]): string {
  const values = flagsOf(command)
    .filter(({ value, isValueOptional }) => value !== undefined && !isValueOptional)
    .map(({ name, short, completes = 'nothing' }) => {
      const spellings = [`--${name}`, ...(short ? [`-${short}`] : [])].join('|');
      return `        ${spellings}) ${generate(completes, commands)}; return ;;`;
    });
  return [
    `    ${command.name})`,
    '      case "$before" in',
    ...values,
    '      esac',
    '      if [[ $word == -* ]]; then',
    `        ${wordsReply(spellingsOf(command))}`,
    `      else ${generate(command.operands, commands)}; fi ;;`,
  ].join('\n');
}

/** The completion of bash, made from the commands, so that it knows every flag. */
export function bashCompletion(commands: readonly Command[]): string {
  return `# Completion of mp3 for bash. To use it, add to ~/.bashrc: source <(mp3 completion bash)
_mp3_jobs() {
  # File names with line breaks or a gateway that does not answer must not disturb the prompt.
  COMPREPLY=($(compgen -W "$(command mp3 jobs --limit 50 --json 2>/dev/null | sed -n 's/^{"id":"\\([0-9a-f-]*\\)".*/\\1/p')" -- "$word"))
}
_mp3() {
  local IFS=$' \\t\\n' word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    ${wordsReply([...commands.map(({ name }) => name), '--help', '--version'])}
    return
  fi
  # Words with spaces are one word each in COMPREPLY only where they are split at line breaks alone.
  local command=\${COMP_WORDS[1]}
  IFS=$'\\n'
  case "$command" in
${commands.map((command) => commandCase(command, commands)).join('\n')}
  esac
}
complete -F _mp3 mp3
`.replaceAll(/compgen -W '([^']*)'/g, (_, words: string) => `compgen -W $'${words.split(' ').join('\\n')}'`);
}
