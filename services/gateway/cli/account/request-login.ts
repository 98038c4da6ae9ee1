import type { Clock } from '../../client/http/clock.ts';
import { isProblem, type ProblemError } from '../../client/http/errors.ts';
import { type RetryOptions, retry } from '../../client/http/retry.ts';
import type { Transport } from '../../client/http/transport.ts';
import { type Credentials, requestTokens, requestTokensByCode } from '../../client/session/accounts.ts';
import type { Tokens } from '../../client/session/tokens.ts';
import { messageOf, NotLoggedInError } from '../errors.ts';
import type { NextCode } from './next-code.ts';

export interface LoginPorts {
  transport: Transport;
  clock: Clock;
  /** Where the codes of a second factor come from. Undefined where nobody can be asked. */
  nextCode: NextCode | undefined;
  onRetry?: RetryOptions['onRetry'];
}

/** The gateway accepts this many codes for each challenge. */
const MAX_CODES = 5;

/**
 * Logs in with a password, and with a code where the account has a second factor. @throws ProblemError `invalid_credentials`,
 * `second_factor_required` where nobody can be asked, `sign_in_failed` where the code came too late; NotLoggedInError
 */
export async function requestLogin(
  ports: LoginPorts,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<Tokens> {
  const { transport, nextCode } = ports;
  try {
    return await retry(() => requestTokens(transport, credentials, signal), { ...ports, signal });
  } catch (error) {
    if (!isProblem(error, 'second_factor_required') || error.challenge === undefined) throw error;
    if (nextCode === undefined) throw error;
    return answerChallenge({ ...ports, nextCode }, error.challenge, signal);
  }
}

async function answerChallenge(
  ports: LoginPorts & { nextCode: NextCode },
  challenge: string,
  signal: AbortSignal,
): Promise<Tokens> {
  const { transport, nextCode } = ports;
  let refusal: ProblemError | undefined;
  for (let tries = 0; tries < MAX_CODES; tries += 1) {
    const code = await nextCode(refusal, signal);
    const send = () => requestTokensByCode(transport, { challenge, code }, signal);
    try {
      return await retry(send, { ...ports, signal });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refusal = error;
    }
  }
  throw new NotLoggedInError(`${messageOf(refusal)} Begin again: these were ${MAX_CODES} codes.`, {
    cause: refusal,
  });
}

/** Whether another code may be right: `bad_request` is for a text that cannot be one, and `not_implemented` asks for a recovery code. */
const isRefusal = (error: unknown): error is ProblemError =>
  isProblem(error, 'wrong_code') || isProblem(error, 'bad_request') || isProblem(error, 'not_implemented');
