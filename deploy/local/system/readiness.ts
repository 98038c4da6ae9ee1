import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { parseJson } from '../../../services/shared/runtime/parse-json.ts';
import { poll } from '../../../services/shared/runtime/poll.ts';
import { EXIT_REFUSED } from '../../../services/shared/runtime/startup-check.ts';
import { readLastLines } from '../../process/log-file.ts';
import type { Report } from '../../process/run.ts';
import type { Supervised } from '../../process/supervised.ts';
import { answersHttp } from '../../process/wait-ready.ts';
import type { Tokens } from '../write-secrets.ts';
import type { AppWithSidecar } from './app-with-sidecar.ts';

type Check = (app: AppWithSidecar, signal: AbortSignal) => Promise<boolean>;

const answers: Check = ({ view }, signal) => answersHttp(`http://127.0.0.1:${view.appPort}/healthz`, signal);

const isReady =
  (tokens: Tokens): Check =>
  async ({ view }, signal) => {
    const headers = { 'dapr-api-token': tokens.daprApi };
    return (
      (await answersHttp(`http://127.0.0.1:${view.daprHttpPort}/v1.0/healthz`, signal, headers)) &&
      (await answersHttp(`http://127.0.0.1:${view.appPort}/readyz`, signal))
    );
  };

export interface ReadinessOptions {
  report: Report;
  signal: AbortSignal;
}

const TIMEOUT_MS = 60_000;
const ATTEMPT_MS = 3_000;
const REPORT_MS = 10_000;
/** How often a process may crash before the start is given up. */
const MAX_CRASHES = 3;

/** Waits until every app answers, whether it is ready or not. Throws as waitUntilAllReady() does. */
export const waitUntilAllAnswer = (
  pairs: readonly AppWithSidecar[],
  options: ReadinessOptions,
): Promise<void> => waitForAll(pairs, answers, options);

/**
 * Waits until every sidecar is healthy and every app is ready.
 * @throws with the reason or the logs of the processes that refuse to run, that crash repeatedly or that are not ready in time
 */
export const waitUntilAllReady = (
  pairs: readonly AppWithSidecar[],
  { tokens, ...options }: ReadinessOptions & { tokens: Tokens },
): Promise<void> => waitForAll(pairs, isReady(tokens), options);

async function waitForAll(
  pairs: readonly AppWithSidecar[],
  check: Check,
  { report, signal }: ReadinessOptions,
): Promise<void> {
  let waiting = pairs;
  let reportAt = performance.now() + REPORT_MS;
  const attempt = async (): Promise<true | undefined> => {
    const attemptSignal = AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]);
    const ready = await Promise.all(waiting.map((app) => check(app, attemptSignal).catch(() => false)));
    waiting = waiting.filter((_, index) => ready[index] !== true);
    if (waiting.length === 0) return true;
    throwIfStartFailed(processesOf(waiting));
    if (performance.now() > reportAt) {
      report(`Waiting for ${namesOf(waiting)} …`);
      reportAt += REPORT_MS;
    }
    return undefined;
  };
  if ((await poll(attempt, { intervalMs: 100, timeoutMs: TIMEOUT_MS, signal })) !== undefined) return;
  const logs = processesOf(waiting).map(endOfLog).join('\n');
  throw new Error(`Not ready after ${TIMEOUT_MS / 1000} s: ${namesOf(waiting)}.\n${logs}`);
}

const namesOf = (pairs: readonly AppWithSidecar[]): string => pairs.map(({ spec }) => spec.name).join(', ');
const processesOf = (pairs: readonly AppWithSidecar[]): Supervised[] =>
  pairs.flatMap(({ app, sidecar }) => [app, sidecar]);

/** Throws if a service has refused to run, or if a process has crashed too often. */
function throwIfStartFailed(processes: readonly Supervised[]): void {
  const refusing = processes.find(({ lastCrash }) => lastCrash?.code === EXIT_REFUSED);
  if (refusing) throw new Error(reasonOf(refusing));
  const crashing = processes.filter(({ crashes }) => crashes >= MAX_CRASHES);
  if (crashing.length > 0)
    throw new Error(
      `These processes crashed repeatedly while starting:\n${crashing.map(endOfLog).join('\n')}`,
    );
}

/** The reason that a service logs before it refuses to run. */
function reasonOf({ child }: Supervised): string {
  if (child === undefined) return '';
  const reason = lastFatalMessage(readFileSync(child.logFile, 'utf8')) ?? '';
  return `${child.name} ${reason}\nIts log: ${child.logFile}`;
}

const fatal = z.object({ level: z.literal(60), msg: z.string() });

/** The last message of pino's level `fatal` in a log. Lines that pino did not write are ignored. */
export function lastFatalMessage(log: string): string | undefined {
  for (const line of log.trimEnd().split('\n').reverse()) {
    const { data } = fatal.safeParse(parseJson(line));
    if (data) return data.msg;
  }
  return undefined;
}

function endOfLog({ child }: Supervised): string {
  return child === undefined ? '' : `The end of ${child.logFile}:\n${readLastLines(child.logFile)}\n`;
}
