import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { EXIT_REFUSED } from '../../../services/shared/runtime/startup-check.ts';
import { lastLines } from '../../process/log-file.ts';
import { parseJson } from '../../process/parse-json.ts';
import type { Report } from '../../process/run.ts';
import type { Supervised } from '../../process/supervised.ts';
import { answersHttp } from '../../process/wait-ready.ts';
import type { Tokens } from '../secrets.ts';
import type { Pair } from './pair.ts';

async function isReady({ view }: Pair, tokens: Tokens, signal: AbortSignal): Promise<boolean> {
  const headers = { 'dapr-api-token': tokens.daprApi };
  return (
    (await answersHttp(`http://127.0.0.1:${view.daprHttpPort}/v1.0/healthz`, signal, headers)) &&
    (await answersHttp(`http://127.0.0.1:${view.appPort}/readyz`, signal))
  );
}

export interface ReadinessOptions {
  tokens: Tokens;
  timeoutMs: number;
  /** Gives up early on a process that died by itself this often. Default: never. */
  maxFalls?: number;
  report: Report;
  signal: AbortSignal;
}

/** Waits until every sidecar has its app, which says that it is ready; the error shows the logs at fault. */
export async function untilAllReady(pairs: Pair[], options: ReadinessOptions): Promise<void> {
  const { tokens, timeoutMs, maxFalls = Number.POSITIVE_INFINITY, report, signal } = options;
  let waiting = pairs;
  let tellAt = performance.now() + 10_000;
  for (const end = performance.now() + timeoutMs; ; ) {
    signal.throwIfAborted();
    const attempt = AbortSignal.any([signal, AbortSignal.timeout(3_000)]);
    const answers = await Promise.all(
      waiting.map((pair) => isReady(pair, tokens, attempt).catch(() => false)),
    );
    waiting = waiting.filter((_, index) => answers[index] !== true);
    if (waiting.length === 0) return;

    const names = waiting.map(({ spec }) => spec.name).join(', ');
    const parts = waiting.flatMap(({ app, sidecar }) => [app, sidecar]);
    const refusing = parts.find((part) => part.lastFall?.code === EXIT_REFUSED);
    if (refusing && maxFalls < Number.POSITIVE_INFINITY) throw new Error(reasonOf(refusing));
    const fallen = parts.filter((part) => part.falls >= maxFalls);
    if (fallen.length > 0)
      throw new Error(`Ended again and again while starting:\n${fallen.map(told).join('\n')}`);
    if (performance.now() > end) {
      throw new Error(`Not ready after ${timeoutMs / 1000} s: ${names}.\n${parts.map(told).join('\n')}`);
    }
    if (performance.now() > tellAt) {
      report(`Waiting for ${names} …`);
      tellAt += 10_000;
    }
    await sleep(100, undefined, { signal });
  }
}

/** What a service says as the last thing before it refuses to run. */
function reasonOf({ child }: Supervised): string {
  if (child === undefined) return '';
  const reason = lastFatalMessage(readFileSync(child.logFile, 'utf8')) ?? '';
  return `${child.name} ${reason}\nIts log: ${child.logFile}`;
}

const fatal = z.object({ level: z.literal(60), msg: z.string() });

/** The last message of pino's level `fatal` in a log, which may hold other lines than pino's. */
export function lastFatalMessage(log: string): string | undefined {
  for (const line of log.trimEnd().split('\n').reverse()) {
    const { data } = fatal.safeParse(parseJson(line));
    if (data) return data.msg;
  }
  return undefined;
}

function told({ child }: Supervised): string {
  return child === undefined ? '' : `The end of ${child.logFile}:\n${lastLines(child.logFile)}\n`;
}
