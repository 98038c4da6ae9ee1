// Runs before the modules and before anything is painted. It is a classic script, so it imports and exports nothing.
{
  // The page must not flash in the wrong theme.
  const chosen = localStorage.getItem('theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;

  // zod compiles schemas to code unless it is told not to before the first one is made. The content security policy forbids that.
  Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });

  // While replicas of a gateway are replaced, the HTML may come from one build, and a request for its scripts may reach another.
  const KEY = 'loadAttempts';
  const MAX_ATTEMPTS = 5;
  let hasFailed = false;
  const onError = ({ target }: Event) => {
    const isNeeded =
      target instanceof HTMLScriptElement ||
      (target instanceof HTMLLinkElement && target.rel === 'stylesheet');
    const attempt = Number(sessionStorage.getItem(KEY)) + 1;
    if (!isNeeded || hasFailed) return;
    hasFailed = true;
    if (attempt > MAX_ATTEMPTS) return;
    sessionStorage.setItem(KEY, String(attempt));
    setTimeout(() => location.reload(), attempt * 500);
  };
  addEventListener('error', onError, true);
  // The event does not come before all scripts and styles have loaded, or failed.
  addEventListener('load', () => {
    removeEventListener('error', onError, true);
    if (!hasFailed) sessionStorage.removeItem(KEY);
  });
}
