/** 128 plus the number of SIGINT, by the convention of shells. */
export const INTERRUPTED = 130;

/**
 * Aborts at Ctrl-C, at `kill`, when the terminal closes, or when the npm that started us is gone. A Ctrl-C arrives from
 * the terminal and again through npm, so a second signal within two seconds is ignored. A later one ends the process.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  const interrupt = (): void => {
    if (!controller.signal.aborted) {
      first = performance.now();
      controller.abort(new Error('interrupted'));
    } else if (performance.now() - first > 2_000) process.exit(INTERRUPTED);
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt);
  process.on('disconnect', interrupt);
  process.channel?.unref();
  process.stderr.on('error', () => {});
  return controller.signal;
}
