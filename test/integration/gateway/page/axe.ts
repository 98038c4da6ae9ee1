import axe from 'axe-core';
import type { Page } from 'playwright-core';

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

/**
 * Returns what axe-core finds on the page, one line for each element.
 * @param rules `visual`: those rules alone whose findings depend on the colors and the size of the window
 */
export async function axeFindings(page: Page, rules: 'all' | 'visual' = 'all'): Promise<string[]> {
  // The content security policy forbids a script that is added to the page, and not one of the debugger.
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe.source);
  // In the middle of a transition, an element has colors that nobody is meant to read.
  await page.evaluate(TRANSITIONS_ENDED);
  const runOnly = rules === 'visual' ? { runOnly: { type: 'rule', values: VISUAL_RULES } } : {};
  // Rules that axe leaves out by default.
  const options = { ...runOnly, rules: { 'target-size': { enabled: true } }, resultTypes: ['violations'] };
  const violations = await page.evaluate<Violation[]>(
    `axe.run(${JSON.stringify(options)}).then(({ violations }) => violations)`,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}
