const INTERVAL_MS = 1_000;

/** Loads the page again when it was built anew, for `npm run dev`. */
export function watchForNewBuild(): void {
  let first: string | null | undefined;
  setInterval(async () => {
    const response = await fetch(location.pathname, { method: 'HEAD', cache: 'no-store' }).catch(
      () => undefined,
    );
    // The gateway may be restarting.
    if (!response?.ok) return;
    const tag = response.headers.get('etag');
    first ??= tag;
    if (tag !== first) location.reload();
  }, INTERVAL_MS);
}
