/** The browser may be busy for longer. */
const MAX_WAIT_MS = 3_000;

/** Calls `work` once the page is painted and the browser has nothing more urgent to do. */
export function whenIdle(work: () => void): void {
  // After two frames, at least one was painted.
  const idle = () =>
    'requestIdleCallback' in globalThis
      ? requestIdleCallback(work, { timeout: MAX_WAIT_MS })
      : setTimeout(work);
  requestAnimationFrame(() => requestAnimationFrame(idle));
}
