import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { SIZES, show, THEMES } from './scenes/variants.ts';

/** The minified script. Each page parses it anew, which takes half as long as with the other one. */
const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

interface Violation {
  id: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** The rules whose findings depend on the colors and the size of the window. All others depend on the document alone. */
const VISUAL_RULES = ['color-contrast', 'link-in-text-block', 'scrollable-region-focusable', 'target-size'];

const TRANSITIONS_ENDED = `Promise.allSettled(
  document.getAnimations()
    .filter(({ effect }) => Number.isFinite(effect.getComputedTiming().endTime))
    .map(({ finished }) => finished)
)`;

/** Selectors of what axe looks at, and of what it leaves out. Default: the whole page. */
export interface Part {
  include?: string;
  exclude?: string;
}

/**
 * Returns what axe-core finds on the page, one line for each element.
 * @param rules `visual`: those rules alone whose findings depend on the colors and the size of the window
 */
export async function axeFindings(page: Page, rules: 'all' | 'visual', part?: Part): Promise<string[]> {
  // The content security policy forbids a script that is added to the page, and not one of the debugger.
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(AXE);
  // In the middle of a transition, an element has colors that nobody is meant to read.
  await page.evaluate(TRANSITIONS_ENDED);
  const runOnly = rules === 'visual' ? { runOnly: { type: 'rule', values: VISUAL_RULES } } : {};
  // Rules that axe leaves out by default.
  const options = { ...runOnly, rules: { 'target-size': { enabled: true } }, resultTypes: ['violations'] };
  const violations = await page.evaluate<Violation[]>(
    `axe.run(${part ? JSON.stringify(part) : 'document'}, ${JSON.stringify(options)}).then(({ violations }) => violations)`,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

/** Elements that make the page wider than the window. */
const TOO_WIDE = `document.documentElement.scrollWidth <= innerWidth ? [] : [...document.body.querySelectorAll('*')]
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 || element.getBoundingClientRect().left < -1)
  .map((element) => element.cloneNode().outerHTML)
  .concat(document.documentElement.scrollWidth + ' pixels')`;

/** Asserts that the page is not wider than its window. */
export async function assertFits(page: Page, where: string): Promise<void> {
  assert.deepEqual(await page.evaluate(TOO_WIDE), [], where);
}

/**
 * Asserts that axe finds nothing and that the page is not too wide, in each theme and size. The rules that depend on the document
 * alone are applied once, where most of it is visible.
 * @param part what axe looks at, where the rest was looked at before
 */
export async function assertPassesAxe(page: Page, part?: Part): Promise<void> {
  let rules: 'all' | 'visual' = 'all';
  for (const colorScheme of THEMES)
    for (const size of ['desk', 'phone'] as const) {
      await show(page, { viewport: SIZES[size], colorScheme });
      const where = `${size}, ${colorScheme}`;
      assert.deepEqual(await axeFindings(page, rules, part), [], where);
      await assertFits(page, where);
      rules = 'visual';
    }
}
