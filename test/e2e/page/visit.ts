import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { openPage, signUp } from '../../integration/gateway/page/open-page.ts';
import { sharedBrowser } from '../../integration/gateway/page/test-browser.ts';
import { openWire, type Wire } from '../../integration/gateway/page/wire.ts';

export interface Visit {
  page: Page;
  complaints: string[];
  origins: Set<string>;
  /** Requests that were refused: method, path and status. */
  refused: string[];
  /** Between the browser and the gateway. */
  wire: Wire;
  user: { email: string; password: string };
}

/** Opens the page of a gateway as somebody new, who has not signed up yet. */
export async function visit(context: TestContext, gatewayUrl: string): Promise<Visit> {
  const wire = await openWire(context, gatewayUrl, { keeps: false });
  const opened = await openPage(await sharedBrowser(), wire.url);
  context.after(() => opened.page.context().close());
  const refused: string[] = [];
  opened.page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (response.status() >= 400)
      refused.push(`${response.request().method()} ${pathname} ${response.status()}`);
  });
  return {
    ...opened,
    refused,
    wire,
    user: { email: `${randomUUID()}@example.com`, password: `${randomUUID()} é` },
  };
}

/** Opens the page as somebody who has just signed up. */
export async function visitSignedUp(...of: Parameters<typeof visit>): Promise<Visit> {
  const visited = await visit(...of);
  await signUp(visited.page, visited.user);
  return visited;
}

/** A row of the list of MP3s. */
export const rowOf = (page: Page, name: string) =>
  page.locator('.jobs li').filter({ has: page.getByRole('link', { name, exact: true }) });
