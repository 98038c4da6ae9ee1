import type { Session } from '../../client/session/session.ts';
import { withSession } from '../account/with-session.ts';
import { attempt } from '../convert/attempt.ts';
import { toErrorDocument, UsageError } from '../errors.ts';
import type { Program } from '../syntax/command.ts';
import { type Input, isSet } from '../syntax/flags.ts';
import { printJson, printText } from '../terminal/print-json.ts';
import { createStderrReporter } from '../terminal/stderr-reporter.ts';
import { resolveIds } from './resolve-id.ts';

/** What is printed about a job that was changed: a line for people, and a document for programs. */
export interface Result {
  line: string;
  document: object;
}

/** Does something to each job that the command line names. Returns the exit code: 1 where one of them failed. */
export function forEachJob(
  input: Input,
  program: Program,
  change: (session: Session, id: string) => Promise<Result>,
  before: (ids: readonly string[]) => Promise<boolean> = async () => true,
): Promise<number> {
  if (input.operands.length === 0) throw new UsageError('Which job? `jobs` lists them.');
  const { signal, stdout } = program;
  const isJson = isSet(input, 'json');
  const reporter = createStderrReporter(program, false);
  return withSession(input, program, async (session) => {
    const ids = await resolveIds(session, input.operands, signal);
    if (!(await before(ids))) return 1;
    let failures = 0;
    for (const id of ids) {
      const onFailure = async (error: unknown) => {
        if (isJson) await printJson({ ...toErrorDocument(error), id }, stdout);
      };
      const isDone = await attempt(id, { signal, reporter, onFailure }, async () => {
        const { line, document } = await change(session, id);
        await (isJson ? printJson(document, stdout) : printText([line], stdout));
      });
      if (!isDone) failures += 1;
    }
    return failures === 0 ? 0 : 1;
  });
}
