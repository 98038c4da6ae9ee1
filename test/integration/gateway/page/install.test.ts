import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chromium as browsers } from 'playwright-core';
import { BROWSER_TIMEOUT_MS, chromium } from '../../../support/chromium.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { startSharedPage } from './open-home.ts';

interface Manifest {
  icons: { src: string; sizes: string; type: string; purpose: string }[];
}

/** Width and height of a picture, as its header says. See the PNG specification, 11.2.1. */
function pngSize(bytes: Buffer): string {
  assert.equal(bytes.subarray(0, 8).toString('latin1'), '\x89PNG\r\n\x1a\n');
  assert.equal(bytes.toString('latin1', 12, 16), 'IHDR');
  return `${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`;
}

describe('the page as an app', async () => {
  const { url, open } = await startSharedPage();
  const fetched = async (path: string) => {
    const response = await fetch(new URL(path, url));
    assert.equal(response.status, 200, path);
    return { type: response.headers.get('content-type'), bytes: Buffer.from(await response.arrayBuffer()) };
  };

  it('can be installed, as far as Chromium is concerned', async (context) => {
    // A window without a profile cannot install anything.
    // It is closed before its folder is removed, into which it writes until then.
    await using visitor = await browsers.launchPersistentContext(temporaryFolder(context), {
      ...{ executablePath: chromium(), args: ['--no-sandbox'], timeout: BROWSER_TIMEOUT_MS },
    });
    visitor.setDefaultTimeout(BROWSER_TIMEOUT_MS);
    const page = await visitor.newPage();
    await page.goto(url);
    const devtools = await visitor.newCDPSession(page);
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
    assert.deepEqual(installabilityErrors, []);
    const manifest = await devtools.send('Page.getAppManifest');
    assert.equal(manifest.url, `${url}/manifest.webmanifest`);
    assert.deepEqual(manifest.errors, []);
    const { manifest: read } = manifest as unknown as { manifest: Record<string, { action?: string }> };
    assert.deepEqual(
      [read.id, read.startUrl, read.scope, read.display, read.shareTarget?.action],
      [`${url}/`, `${url}/`, `${url}/`, 'kStandalone', `${url}/share`],
    );
  });

  it('has every icon in the size that the manifest says, for all shapes', async () => {
    const { icons } = JSON.parse(String((await fetched('/manifest.webmanifest')).bytes)) as Manifest;
    const pictures = icons.filter(({ type }) => type === 'image/png');
    for (const { src, sizes, type } of pictures) {
      const picture = await fetched(src);
      assert.deepEqual([pngSize(picture.bytes), picture.type], [sizes, type], src);
    }
    assert.deepEqual(pictures.map(({ sizes, purpose }) => `${sizes} ${purpose}`).sort(), [
      ...['192x192 any', '512x512 any', '512x512 maskable'],
    ]);
    assert.ok(icons.some(({ type, sizes }) => type === 'image/svg+xml' && sizes === 'any'));
  });

  it('has an icon for iOS, and one for notifications', async () => {
    const html = String((await fetched('/')).bytes);
    const [, apple = ''] = /<link rel="apple-touch-icon" href="([^"]+)"/.exec(html) ?? [];
    assert.equal(pngSize((await fetched(apple)).bytes), '180x180');
    assert.equal(pngSize((await fetched('/assets/icon-badge-96.png')).bytes), '96x96');
  });

  // A system cuts its own shape out of these. Color type 6 has transparency; the corners tell whether it is used.
  for (const name of ['icon-maskable-512.png', 'apple-touch-icon.png'])
    it(`has no transparent corner in ${name}`, async (context) => {
      const { page } = await open();
      context.after(() => page.context().close());
      const corners = await page.evaluate<number[]>(`(async () => {
        const picture = await createImageBitmap(await (await fetch('/assets/${name}')).blob());
        const { width, height } = picture;
        const drawing = new OffscreenCanvas(width, height).getContext('2d');
        drawing.drawImage(picture, 0, 0);
        return [[0, 0], [width - 1, 0], [0, height - 1], [width - 1, height - 1]]
          .map(([x, y]) => drawing.getImageData(x, y, 1, 1).data[3]);
      })()`);
      assert.deepEqual(corners, [255, 255, 255, 255]);
    });
});
