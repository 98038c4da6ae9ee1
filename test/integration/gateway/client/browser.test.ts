import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { chromium as browsers } from 'playwright-core';
import type { createClient } from '../../../../services/gateway/client/client.ts';
import type { createTransport } from '../../../../services/gateway/client/http/transport.ts';
import type { filmOf } from '../../../../services/gateway/client/uploads/film.ts';
import { BROWSER_TIMEOUT_MS, headlessShell } from '../../../support/chromium.ts';
import { media } from '../../../support/media.ts';
import { createTestGateway, mp4 } from '../../../unit/gateway/client/test-gateway.ts';
import { sha256 } from '../../../unit/gateway/client/test-transport.ts';
import { bundleClient } from './bundle.ts';

interface ClientModule {
  createClient: typeof createClient;
  createTransport: typeof createTransport;
  filmOf: typeof filmOf;
}

/** Runs in the page: sends a file, waits for its MP3, and downloads that. */
async function convertInPage([url, base64, name]: readonly [url: string, base64: string, name: string]) {
  const { createClient, createTransport, filmOf } = (await import(`${url}/client.js`)) as ClientModule;
  const client = createClient({ transport: createTransport(url, (target, init) => fetch(target, init)) });
  const user = { email: 'ann@example.com', password: 'open sésame' };
  await client.register(user);
  await client.signIn(user);
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const film = filmOf(new File([bytes], name, { type: 'video/mp4' }));
  const progress: number[] = [];
  const sent = await client.send(film, { options: {}, onProgress: (done) => progress.push(done) });
  const again = await client.send(film, { options: {} });
  const job = await client.watch(sent.id, { onChange: () => undefined, sendWhole: undefined });
  let size = 0;
  if (job.mp3) for await (const chunk of client.download({ id: job.id, ...job.mp3 })) size += chunk.length;
  return { sent, again, progress, size };
}

describe('the client in Chromium', () => {
  it('sends all of a film, or its sound alone, and downloads the MP3 with its checksum', async (context) => {
    const { app, jobs, audio } = createTestGateway(context);
    const [bundle] = (await bundleClient()).outputFiles;
    const handle = app.callback();
    // Over plain HTTP, as in a private network: the page then has neither `crypto.subtle` nor `crypto.randomUUID`.
    const server = createServer((request, response) => {
      if (request.url === '/') return void response.end('<!doctype html>');
      if (request.url !== '/client.js') return void handle(request, response);
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(bundle?.contents);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://gateway.test:${(server.address() as AddressInfo).port}`;
    const browser = await browsers.launch({
      executablePath: headlessShell(),
      args: ['--no-sandbox', '--host-resolver-rules=MAP gateway.test 127.0.0.1'],
    });
    context.after(async () => {
      await browser.close();
      server.closeAllConnections();
      server.close();
    });
    const page = await browser.newPage();
    page.setDefaultTimeout(BROWSER_TIMEOUT_MS);
    await page.goto(url);
    const isSecure = () => (globalThis as { isSecureContext?: boolean }).isSecureContext;
    assert.equal(await page.evaluate(isSecure), false);

    const whole = mp4(4_500_000);
    const first = await page.evaluate(convertInPage, [url, whole.toString('base64'), 'whole.mp4'] as const);
    assert.equal(first.sent.kind, 'whole');
    const { source } = (await jobs.get(first.sent.id)).document;
    assert.deepEqual([source.size, source.sha256], [whole.length, sha256(whole)]);
    // Slices of 1 and 2 MiB, and the rest.
    assert.deepEqual(first.progress, [0, 1_048_576, 3_145_728, 4_500_000]);
    assert.equal(first.size, audio.length);

    const film = await readFile(
      await media(
        'film.mkv',
        ...['-f', 'lavfi', '-i', 'testsrc2=s=320x240:r=25:d=4', '-f', 'lavfi', '-i', 'sine=r=48000:d=4'],
        ...['-c:v', 'mpeg4', '-b:v', '2M', '-c:a', 'aac'],
      ),
    );
    const second = await page.evaluate(convertInPage, [url, film.toString('base64'), 'film.mkv'] as const);
    assert.equal(second.sent.kind, 'sound');
    const sound = (await jobs.get(second.sent.id)).document.source;
    assert.deepEqual([sound.size, sound.original?.size], [second.sent.size, film.length]);
    assert.deepEqual([second.again.id, second.again.isEarlier], [second.sent.id, true]);
  });
});
