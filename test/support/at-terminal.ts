import { spawn } from 'node:child_process';
import { shellWord } from '../../services/gateway/cli/terminal/text.ts';

/** What somebody types when a question appears. `\r` ends a line, and `\x03` is Ctrl-C. */
type Answer = readonly [question: RegExp, typed: string];

interface Options {
  cwd: string;
  env: NodeJS.ProcessEnv;
  answers: readonly Answer[];
}

const TIMEOUT_MS = 60_000;

/**
 * Runs a program at a terminal of its own, on which somebody answers questions in this order. Resolves with the exit code and all
 * that the terminal has shown. Rejects after a minute.
 */
export async function atTerminal(
  command: readonly string[],
  { cwd, env, answers }: Options,
): Promise<{ code: number | null; shown: string }> {
  // util-linux: it connects a new terminal with its own input and output.
  const words = [
    '--quiet',
    '--return',
    '--flush',
    '--command',
    command.map(shellWord).join(' '),
    '/dev/null',
  ];
  const child = spawn('script', words, { cwd, env, stdio: ['pipe', 'pipe', 'inherit'] });
  const left = [...answers];
  let shown = '';
  let unanswered = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    unanswered += text;
    const [question, typed] = left[0] ?? [];
    if (!question?.test(unanswered)) return;
    left.shift();
    unanswered = '';
    child.stdin.write(typed);
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject).once('close', resolve);
  const deadline = setTimeout(() => {
    child.kill('SIGKILL');
    reject(new Error(`${command.join(' ')} did not end. The terminal has shown: ${shown}`));
  }, TIMEOUT_MS);
  try {
    return { code: await promise, shown };
  } finally {
    clearTimeout(deadline);
  }
}
