import type { ProblemError } from '../../client/http/errors.ts';
import { messageOf, NotLoggedInError } from '../errors.ts';
import type { Program } from '../syntax/command.ts';
import { askCode } from '../terminal/ask.ts';

/**
 * Resolves with the next code of a second factor to try.
 * @param refusal why the code before it was refused; undefined for the first one
 * @throws NotLoggedInError where there is no other code
 */
export type NextCode = (refusal: ProblemError | undefined, signal: AbortSignal) => Promise<string>;

/** The code of MP3_CODE, or those that a person types. Undefined where there is neither. */
export function nextCodeOf({
  env,
  stdin,
  stderr,
}: Pick<Program, 'env' | 'stdin' | 'stderr'>): NextCode | undefined {
  const given = env.MP3_CODE?.trim();
  if (given) {
    return async (refusal) => {
      if (refusal === undefined) return given;
      throw new NotLoggedInError(`MP3_CODE was refused: ${messageOf(refusal)}`, { cause: refusal });
    };
  }
  if (!stdin.isTTY) return undefined;
  return (refusal, signal) => {
    if (refusal !== undefined) stderr.write(`${messageOf(refusal)}\n`);
    return askCode({ stdin, stderr }, signal);
  };
}
