import { randomUUID } from 'node:crypto';
import { after, type TestContext } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { signUp, startPage } from './open-page.ts';
import { openWire } from './wire.ts';

export type StartedPage = Awaited<ReturnType<typeof startPage>>;

/** One gateway for all tests of a suite. */
export const startSharedPage = (options?: Parameters<typeof startPage>[1]): Promise<StartedPage> =>
  startPage({ after: (work) => after(() => (work as () => unknown)()) }, options);

/** The page of somebody who has just signed up, over a line that a test can watch, hold up and cut. */
export async function openHome(
  started: StartedPage,
  context: Pick<TestContext, 'after'>,
  options: BrowserContextOptions = {},
) {
  const wire = await openWire(context, started.url);
  const opened = await started.open(options);
  context.after(() => opened.page.context().close());
  const user = { email: `${randomUUID()}@example.com`, password: 'open sésame' };
  await opened.page.goto(wire.url);
  await signUp(opened.page, user);
  return { ...opened, wire, user };
}

/** Waits until the page lists jobs and no films. A page that has not drawn its films yet lists neither. */
export async function allAccepted(page: Page): Promise<void> {
  await page.locator('.job').first().waitFor();
  await page.locator('.film').first().waitFor({ state: 'detached' });
}

export interface ListedJob {
  id: string;
  filename: string;
  status: string;
  options: Record<string, unknown>;
  source: { size: number; original: { size: number; track: number } | null };
}

/** The jobs of whoever is signed in, ordered by their names. */
export async function listJobs(page: Page): Promise<ListedJob[]> {
  const jobs: ListedJob[] = await page.evaluate(
    "fetch('/jobs').then(async (response) => (await response.json()).jobs)",
  );
  return jobs.sort((one, other) => (one.filename < other.filename ? -1 : 1));
}
