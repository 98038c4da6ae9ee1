import type { Middleware } from 'koa';
import { requireReadMethod } from './read-methods.ts';

/** The checks that have to pass for the service to be ready, by name. */
export type Checks = Record<string, (signal: AbortSignal) => Promise<unknown>>;

const PATHS = ['/healthz', '/readyz'];
const CHECK_TIMEOUT_MS = 3_000;

/**
 * Serves `/healthz`, which is 200 while the process answers, and `/readyz`, which is 200 while all checks pass and the
 * service is not stopping. It shows `details` beside the checks.
 */
export function health(
  checks: Checks,
  stoppingSignal: AbortSignal,
  details: Record<string, unknown> = {},
): Middleware {
  return async (context, next) => {
    if (PATHS.includes(context.path)) requireReadMethod(context);
    if (context.path === '/healthz') {
      context.body = { status: 'ok' };
    } else if (context.path === '/readyz') {
      const report = stoppingSignal.aborted
        ? { stopping: 'this service is being stopped' }
        : await runChecks(checks);
      const failed = Object.values(report).some((result) => result !== 'ok');
      context.status = failed ? 503 : 200;
      context.body = { status: failed ? 'unavailable' : 'ok', checks: report, ...details };
    } else {
      await next();
    }
  };
}

async function runChecks(checks: Checks): Promise<Record<string, string>> {
  const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS);
  const results = Object.entries(checks).map(async ([name, check]) => {
    const result = await check(signal).then(
      () => 'ok',
      () => 'does not answer',
    );
    return [name, result] as const;
  });
  return Object.fromEntries(await Promise.all(results));
}
