import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { buildPage } from '../../../../deploy/page/build.ts';
import { openSite } from '../../../../services/gateway/page/site.ts';
import { BROWSER_TIMEOUT_MS } from '../../../support/chromium.ts';
import { createTestGateway } from '../../../unit/gateway/client/test-gateway.ts';
import { sharedBrowser } from './test-browser.ts';

export const USER = { email: 'ann@example.com', password: 'open sésame' };

interface PageOptions {
  /** Where the page is built. Default: where the gateway looks for it, and once for all tests of the process. */
  folder?: string;
  /** Whether the page loads again when it was built anew. Default: it does not. */
  reload?: boolean;
  /** Default: the browser that all tests of the process share. */
  browser?: Browser;
}

type GatewayOptions = Parameters<typeof createTestGateway>[1];

/** The real gateway with the page as it was built last. Its store is in memory. Auth and the converter are replaced. */
export async function servePage(
  context: Pick<TestContext, 'after'>,
  { folder, ...options }: Pick<PageOptions, 'folder'> & GatewayOptions = {},
) {
  const gateway = createTestGateway(context, {
    maxUploadBytes: 1024 ** 3,
    site: openSite(pino({ level: 'silent' }), folder),
    renewable: true,
    ...options,
  });
  const server = createServer(gateway.app.callback()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A browser treats the host `localhost` as secure, so that locks and notifications work as over https.
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { ...gateway, url };
}

/** The real page over the gateway of {@link servePage}, in a browser. What `open` has opened is closed with the context. */
export async function startPage(
  context: Pick<TestContext, 'after'>,
  { reload, browser: own, ...options }: PageOptions & GatewayOptions = {},
) {
  const [browser] = await Promise.all([own ?? sharedBrowser(), build(options.folder, reload)]);
  const gateway = await servePage(context, options);
  const visitors: BrowserContext[] = [];
  context.after(async () => {
    await Promise.all(visitors.map((visitor) => visitor.close()));
  });
  return {
    ...gateway,
    browser,
    /** Opens the page as a new visitor, or `at` another URL. */
    open: async ({ at = gateway.url, ...options }: BrowserContextOptions & { at?: string } = {}) => {
      const opened = await openPage(browser, at, options);
      visitors.push(opened.page.context());
      return opened;
    },
  };
}

let built: Promise<unknown> | undefined;

/** No test changes the page itself, so it is built once. */
function build(folder: string | undefined, reload = false): Promise<unknown> {
  if (folder !== undefined || reload) return buildPage({ ...(folder !== undefined && { folder }), reload });
  built ??= buildPage();
  return built;
}

export interface OpenedPage {
  page: Page;
  /** Everything that the page has complained about: errors, and what its content security policy has refused. */
  complaints: string[];
  /** The origins of all requests. */
  origins: Set<string>;
}

/** Opens the page of a gateway as a new visitor. */
export async function openPage(
  browser: Browser,
  url: string,
  options?: BrowserContextOptions,
): Promise<OpenedPage> {
  const visitor = await browser.newContext({ locale: 'en-GB', ...options });
  visitor.setDefaultTimeout(BROWSER_TIMEOUT_MS);
  const page = await visitor.newPage();
  const complaints: string[] = [];
  const origins = new Set<string>();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith('blob:')) origins.add(new URL(request.url()).origin);
  });
  await page.goto(url);
  return { page, complaints, origins };
}

/** Registers, and signs in. */
export async function signUp(page: Page, { email, password } = USER): Promise<void> {
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: false }).fill(password);
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.getByRole('link', { name: 'Account' }).waitFor();
}

/**
 * Opens the account, and signs out. Resolves once the form for signing in is there: until then, the account has a section with the
 * name of its first field.
 */
export async function signOut(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Account', exact: true }).click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
}
