import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface Finding {
  id: string;
  nodes: { html: string }[];
}

/**
 * What axe-core finds wrong on a page: the rule and the beginning of the first element of each finding. Open the page with
 * `bypassCSP`, because its content security policy would refuse the script.
 */
export async function findingsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const violations: Finding[] = await page.evaluate('axe.run().then(({ violations }) => violations)');
  return violations.map(({ id, nodes }) => `${id} (${nodes.length}): ${nodes[0]?.html.slice(0, 200)}`);
}
