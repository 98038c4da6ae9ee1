/** 128 and the number of SIGINT, as shells have it. */
export const INTERRUPTED = 130;

/**
 * Aborts at Ctrl-C, `kill`, a closed terminal, or when the npm that started us is gone. One Ctrl-C comes from the
 * terminal and again through npm, so what follows within two seconds is the same one; a later one ends at once.
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
