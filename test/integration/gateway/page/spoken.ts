import type { Page } from 'playwright-core';

/** Runs in the browser, whose types these tests do not have. */
const COLLECT = `
  const region = document.querySelector('[role=status][aria-live=polite]');
  globalThis.spoken = [];
  new MutationObserver(() => globalThis.spoken.push(region.textContent)).observe(region, {
    subtree: true, childList: true, characterData: true,
  });
`;

/** Collects what the live region of the page says from now on. Returns the function that returns it. */
export async function listen(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(COLLECT);
  return () => page.evaluate<string[]>('globalThis.spoken');
}

/** The text of the element that has the focus. */
export const focusedText = (page: Page): Promise<string> =>
  page.evaluate<string>('document.activeElement.textContent');
