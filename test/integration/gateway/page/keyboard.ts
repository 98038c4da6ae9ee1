import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { waitFor } from '../../../support/wait.ts';

interface Focused {
  name: string;
  isBody: boolean;
  isVisible: boolean;
}

const FOCUSED = `(() => {
  const { activeElement: element } = document;
  const style = getComputedStyle(element);
  // The outline of a hidden checkbox may be that of its label.
  const isOutlined = (one) => one && getComputedStyle(one).outlineStyle !== 'none' && parseFloat(getComputedStyle(one).outlineWidth) > 0;
  return {
    name: element.getAttribute('aria-label') ?? (element.labels?.[0] ?? element).textContent.trim(),
    isBody: element === document.body,
    isVisible: isOutlined(element) || isOutlined(element.labels?.[0]),
  };
})()`;

/** What has the focus. */
export const focused = (page: Page) => page.evaluate<Focused>(FOCUSED);

/** Presses Tab until the focus is on the control of this name. Each focus on the way has to be seen. */
export async function tabTo(page: Page, name: RegExp): Promise<void> {
  const seen: string[] = [];
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    if (!now.isBody) assert.ok(now.isVisible, `the focus on «${now.name}» cannot be seen`);
    if (name.test(now.name)) return;
    seen.push(now.name);
  }
  assert.fail(`no Tab leads to ${name}: ${seen.join(' | ')}`);
}

/** Waits for the end of what a key has begun, after which the focus must be somewhere. */
export async function requireFocus(page: Page, what: string): Promise<void> {
  await waitFor(`a focus after ${what}`, async () => !(await focused(page)).isBody);
}
