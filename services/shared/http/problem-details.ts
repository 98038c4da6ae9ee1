import type { Context, Middleware, ParameterizedContext } from 'koa';
import { AppError, type ErrorCode, firstOf, isAppError } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { createFailureLog, type FailureLog } from './failure-log.ts';
import type { RequestState } from './request-state.ts';

/** The only place where errors become HTTP responses: problem details (RFC 9457). A 500 says nothing about its cause. */
export function answerWithProblems(log: Log): Middleware<RequestState> {
  const failures = createFailureLog((kind, count) =>
    log.warn({ kind, count }, 'more requests failed in the same way'),
  );
  return async (context, next) => {
    try {
      await next();
      if (context.status === 404 && context.body == null)
        throw new AppError('not_found', 'there is nothing here');
      // The router answers 501 to a method that it does not know. For the client, this path does not support the method.
      if ((context.status === 405 || context.status === 501) && context.body == null) {
        throw new AppError('method_not_allowed', `${context.method} is not allowed here`);
      }
    } catch (error) {
      const problem = toAppError(error);
      const hasClientClosed = !context.writable;
      if (problem.status >= 500 && !hasClientClosed) logFailure(context, error, problem, failures);
      else context.state.log.debug({ code: problem.code, path: context.path }, 'request refused');
      if (context.res.headersSent || hasClientClosed) {
        context.res.destroy();
        return;
      }
      writeProblem(context, problem);
    }
  };
}

function logFailure(
  { state, path }: ParameterizedContext<RequestState>,
  error: unknown,
  problem: AppError,
  failures: FailureLog,
): void {
  const message = error instanceof Error ? error.message : String(error);
  failures(`${problem.code}: ${message.slice(0, 100)}`, () => {
    // An error without a cause was thrown on purpose, at a limit or before the service is ready. Its stack would say nothing.
    if (problem.code === 'unavailable' && problem.cause === undefined)
      state.log.warn({ code: problem.code, path, detail: problem.message }, 'request refused');
    else state.log.error({ err: error, path }, 'request failed');
  });
}

/**
 * Other headers belong to the response that has failed. `Allow` belongs to a 405, and drain.ts sets `Connection`. Without the CORS
 * headers, a page of another origin could not read the error. The protocol tus wants `Tus-Resumable` in every response. A route sets
 * no cookie of a success before it succeeds, and one that is to be deleted is deleted also where the rest fails.
 */
const KEPT_HEADERS = [
  ...['x-content-type-options', 'allow', 'connection'],
  ...['vary', 'access-control-allow-origin', 'access-control-expose-headers', 'tus-resumable'],
  'set-cookie',
];

function writeProblem(context: Context, problem: AppError): void {
  for (const name of context.res.getHeaderNames()) if (!KEPT_HEADERS.includes(name)) context.remove(name);
  context.status = problem.status;
  // Caches may keep a 404 or 410 otherwise, and a proxy would go on sending it (RFC 9110, 15.1).
  context.set({ 'Cache-Control': 'no-store', ...problem.headers });
  context.body = {
    ...problem.fields,
    type: 'about:blank',
    title: problem.code.replaceAll('_', ' '),
    status: problem.status,
    code: problem.code,
    detail:
      problem.status === 500
        ? 'something went wrong on the server; its log has the details'
        : problem.message,
  };
  context.type = 'application/problem+json';
}

/** For the errors of libraries, which have a status but no code. */
const CODE_OF_STATUS: Record<number, ErrorCode> = {
  404: 'not_found',
  413: 'too_large',
  415: 'unsupported_media_type',
};

function toAppError(error: unknown): AppError {
  const first = firstOf(error);
  if (isAppError(first)) return first;
  // koa-body, Koa and http-errors give an error a status where the client has caused it.
  const status = Number((error as { status?: unknown } | null | undefined)?.status);
  if (status >= 400 && status < 500) {
    return new AppError(CODE_OF_STATUS[status] ?? 'bad_request', (error as Error).message, { cause: error });
  }
  return new AppError('internal', 'internal error', { cause: error });
}
