import {
  ClientError,
  ConnectionLostError,
  ForeignResponseError,
  InvalidResponseError,
  isProblem,
  ProblemError,
  RedirectError,
  UnreachableError,
} from '../client/http/errors.ts';
import { printable } from './terminal/text.ts';
import { isBundled } from './version.ts';

/** An error whose message a person can act on. It is shown without a stack. Exit code 1. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
}

/** The reader of the standard output, such as `head`, has closed it. Nobody is told, as with other programs. Exit code 1. */
export class OutputClosedError extends CommandError {
  override readonly name = 'OutputClosedError';
}

/** There is no account to act for, or the gateway refuses it. Exit code 3. */
export class NotLoggedInError extends CommandError {
  override readonly name = 'NotLoggedInError';
}

/** The command line is invalid, or must not be carried out as it stands. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Whether the message says all that a person needs to know. Any other error is a bug, and its stack is shown. */
export const isExpected = (error: unknown): boolean =>
  error instanceof CommandError || error instanceof UsageError || error instanceof ClientError;

const isLoginRefused = (error: unknown): boolean =>
  error instanceof NotLoggedInError ||
  isProblem(error, 'invalid_token') ||
  isProblem(error, 'invalid_credentials') ||
  isProblem(error, 'second_factor_required') ||
  isProblem(error, 'sign_in_failed');

/** The exit codes are documented in syntax/help-text.ts. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return 2;
  if (isLoginRefused(error)) return 3;
  return error instanceof UnreachableError ? 4 : 1;
}

/** What a program gets instead of a sentence. The codes of the gateway are those of its API. */
export interface ErrorDocument {
  error: { code: string; detail: string };
}

export function toErrorDocument(error: unknown): ErrorDocument {
  return { error: { code: codeOf(error), detail: messageOf(error) } };
}

function codeOf(error: unknown): string {
  if (error instanceof ProblemError) return error.code;
  if (error instanceof UsageError) return 'invalid_command_line';
  if (error instanceof NotLoggedInError) return 'not_logged_in';
  if (error instanceof UnreachableError) return 'unreachable';
  return isExpected(error) ? 'failed' : 'internal';
}

/** A sentence for the terminal, with what a person can do about it. It may quote a path, a word that was typed, or the server. */
export function messageOf(error: unknown): string {
  if (!(error instanceof ClientError)) {
    const message = error instanceof Error ? error.message : String(error);
    return message.split('\n').map(printable).join('\n');
  }
  return [printable(error.message), adviceFor(error)].filter(Boolean).join(' ');
}

function adviceFor(error: ClientError): string {
  // This is reached only without a terminal, or where a session has ended in the middle of the work.
  if (isProblem(error, 'second_factor_required'))
    return 'A command asks for it on a terminal when it begins, or takes it from $MP3_CODE. A script uses an API key instead: make one on your account page of the gateway, and put it into $MP3_API_KEY.';
  if (error instanceof ForeignResponseError) return 'Is --url right?';
  if (error instanceof InvalidResponseError) return 'Is --url right, and is the gateway of the same version?';
  if (error instanceof RedirectError) return 'Give that address as --url.';
  // Where a connection was lost, the gateway was running.
  if (error instanceof ConnectionLostError) return '';
  if (!(error instanceof UnreachableError)) return '';
  // Only a checkout has the system beside the command.
  return isBundled() ? 'Is it running, and is --url right?' : 'Is it running? Start it with: npm start';
}
