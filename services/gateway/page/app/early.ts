// Runs before the modules and before anything is painted. It is a classic script, so it imports and exports nothing.
{
  // The page must not flash in the wrong theme.
  const chosen = localStorage.getItem('theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;

  // zod compiles schemas to code unless it is told not to before the first one is made. The content security policy forbids that.
  Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
}
