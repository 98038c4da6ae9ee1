import type { Target } from '../files/target.ts';
import { shellWord } from '../terminal/text.ts';
import type { Conversion } from './command-line.ts';

/**
 * Returns lines that name the jobs still on the server, and the commands that
 * fetch them. `email` is the account that sent them.
 * @param download how the command is called that fetches a job
 */
export function fetchLaterCommands(
  pending: ReadonlyMap<string, Target>,
  { url, email }: Pick<Conversion, 'url' | 'email'>,
  download: string,
): string[] {
  return [...pending].flatMap(([id, target]) => {
    const words = [id, '-o', target.kind === 'stdout' ? '-' : target.path];
    if (target.kind === 'file' && target.force) words.push('--force');
    // Defaults are written out too, because the command may be pasted into a shell with another environment.
    words.push('--url', url);
    if (email !== undefined) words.push('--email', email);
    return [
      `Job ${id} goes on at the server, which mails a link when it is done. To fetch its MP3 from here:`,
      `  ${download} ${words.map(shellWord).join(' ')}`,
    ];
  });
}
