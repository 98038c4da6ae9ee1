import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { chromium as browsers } from 'playwright-core';
import * as tus from 'tus-js-client';
import { report } from '../../../deploy/process/terminal.ts';
import { pythonWith } from '../../polyglot/python-packages.ts';
import { BROWSER_TIMEOUT_MS, headlessShell } from '../../support/chromium.ts';
import { type Account, client } from '../../support/client.ts';
import { file, freeBox, video } from '../../support/media.ts';
import { randomBytes } from '../../support/random.ts';
import { systemsUnderTest } from '../../support/systems-under-test.ts';

const run = promisify(execFile);
const MIB = 1024 ** 2;
const TIMEOUT_MS = 120_000;
/** Where the first client stops: in the middle of a chunk of the store. */
const STOP_AT = 2 * MIB + 12_345;
const TUS_JS = join(import.meta.dirname, '../../../node_modules/tus-js-client/dist/tus.min.js');

/** The arguments of curl that every request of the protocol has. */
const curlHeaders = (token: string) => ['-H', `Authorization: Bearer ${token}`, '-H', 'Tus-Resumable: 1.0.0'];

/** Runs curl, and returns the status and the headers of its response. */
async function curl(...args: string[]): Promise<{ status: number; header: (name: string) => string }> {
  const { stdout } = await run('curl', ['-sS', '-D', '-', '-o', '/dev/null', ...args], {
    timeout: TIMEOUT_MS,
  });
  // curl prints the interim response 100 as well.
  const last = stdout.trim().split('\r\n\r\n').at(-1) ?? '';
  const lines = last.split('\r\n').map((line) => line.split(/:\s*/, 2));
  const headers = new Map(lines.map(([name = '', value = '']) => [name.toLowerCase(), value]));
  return { status: Number(last.split(' ')[1]), header: (name) => headers.get(name) ?? '' };
}

for (const system of systemsUnderTest()) {
  describe(`a resumable upload to a system over ${system.name}`, () => {
    const api = client(system.gatewayUrl);
    const endpoint = `${system.gatewayUrl}/uploads`;
    let account: Account;
    let path: string;
    let bytes: Buffer;

    before(async () => {
      account = await api.newAccount();
      // A film of some chunks, which is converted within a second.
      const film = Buffer.concat([await readFile(await video(3)), freeBox(randomBytes(4 * MIB))]);
      path = await file('film.mp4', film);
      bytes = film;
    });

    /** Checks that the upload at this address became a job with all bytes of the file, and waits for its MP3. */
    async function requireConverted(url: string): Promise<void> {
      const reply = await api.send(new URL(url, endpoint).pathname, { headers: api.bearer(account) });
      assert.equal(reply.status, 200);
      const { job } = (await reply.json()) as { job: { id: string } };
      const { status, source, filename, options } = await api.finished(account, job.id);
      assert.deepEqual(
        { status, filename, options, size: source.size, sha256: source.sha256 },
        {
          ...{ status: 'done', filename: 'film.mp4', options: { quality: 5 }, size: bytes.length },
          sha256: createHash('sha256').update(bytes).digest('hex'),
        },
      );
    }

    it('is stopped, resumed and finished by tus-js-client in Node', async () => {
      const options: tus.UploadOptions = {
        endpoint,
        headers: api.bearer(account),
        metadata: { filename: 'film.mp4', quality: '5', filetype: 'video/mp4' },
        retryDelays: [0, 500, 1000],
      };
      const stopped = new tus.Upload(bytes, { ...options, chunkSize: MIB });
      const url = await new Promise<string>((resolve, reject) => {
        stopped.options.onError = reject;
        stopped.options.onProgress = (sent) => {
          if (sent < STOP_AT || stopped.url === null) return;
          const { url } = stopped;
          stopped.abort().then(() => resolve(url), reject);
        };
        stopped.start();
      });
      await new Promise<void>((resolve, reject) => {
        const resumed = new tus.Upload(bytes, {
          ...{ ...options, uploadUrl: url, onError: reject },
          onSuccess: () => resolve(),
        });
        resumed.start();
      });
      await requireConverted(url);
    });

    it('is stopped, resumed and finished by tus-js-client in Chromium', async () => {
      await using browser = await browsers.launch({
        executablePath: headlessShell(),
        // Chromium has no sandbox for root.
        args: ['--no-sandbox'],
      });
      const page = await browser.newPage();
      page.setDefaultTimeout(BROWSER_TIMEOUT_MS);
      // Any document of the gateway will do. Scripts on it have the gateway's origin.
      await page.goto(`${system.gatewayUrl}/openapi.json`);
      await page.addScriptTag({ path: TUS_JS });
      const url = await page.evaluate(uploadInPage, {
        ...{ endpoint, headers: api.bearer(account), stopAt: STOP_AT },
        base64: bytes.toString('base64'),
      });
      await requireConverted(url);
    });

    it('is stopped, resumed and finished by tuspy in Python', async () => {
      const requirements = join(import.meta.dirname, 'requirements.txt');
      const { program, packages } = await pythonWith(requirements, report, AbortSignal.timeout(TIMEOUT_MS));
      const script = join(import.meta.dirname, 'upload.py');
      const { stdout } = await run(program, [script, endpoint, path, String(STOP_AT)], {
        env: { ...process.env, PYTHONPATH: packages, TOKEN: account.token },
        timeout: TIMEOUT_MS,
      });
      await requireConverted(stdout.trim());
    });

    it('is made by curl, as the examples of the protocol show', async () => {
      const common = curlHeaders(account.token);
      const options = await curl('-X', 'OPTIONS', endpoint);
      assert.equal(options.status, 204);
      assert.equal(options.header('tus-version'), '1.0.0');
      assert.match(options.header('tus-extension'), /creation.*termination/);

      const metadata = Object.entries({ filename: 'film.mp4', quality: '5' })
        .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
        .join(',');
      const created = await curl(
        ...['-X', 'POST', endpoint, ...common],
        ...['-H', `Upload-Length: ${bytes.length}`, '-H', `Upload-Metadata: ${metadata}`],
      );
      assert.equal(created.status, 201);
      const url = new URL(created.header('location'), endpoint).href;

      const parts = [
        { offset: 0, content: await file('first.bin', bytes.subarray(0, STOP_AT)) },
        { offset: STOP_AT, content: await file('rest.bin', bytes.subarray(STOP_AT)) },
      ];
      for (const { offset, content } of parts) {
        const head = await curl('-I', url, ...common);
        assert.equal(head.status, 200);
        assert.equal(head.header('upload-offset'), String(offset));
        assert.equal(head.header('cache-control'), 'no-store');
        const patched = await curl(
          ...['-X', 'PATCH', url, ...common, '-H', 'Content-Type: application/offset+octet-stream'],
          ...['-H', `Upload-Offset: ${offset}`, '--data-binary', `@${content}`],
        );
        assert.equal(patched.status, 204);
      }
      await requireConverted(url);
    });
  });
}

interface PageUpload {
  endpoint: string;
  headers: Record<string, string>;
  base64: string;
  stopAt: number;
}

/** Runs in the page. Uploads a file, stops, and finishes it with another instance of the client. Returns its address. */
async function uploadInPage({ endpoint, headers, base64, stopAt }: PageUpload): Promise<string> {
  const { Upload } = (globalThis as unknown as { tus: typeof tus }).tus;
  const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const film = new File([content], 'film.mp4', { type: 'video/mp4' });
  const options = { endpoint, headers, metadata: { filename: film.name, quality: '5', filetype: film.type } };
  const url = await new Promise<string>((resolve, reject) => {
    const stopped = new Upload(film, {
      ...{ ...options, chunkSize: 1024 ** 2, onError: reject },
      onProgress(sent) {
        const { url } = stopped;
        if (sent < stopAt || url === null) return;
        stopped.abort().then(() => resolve(url), reject);
      },
    });
    stopped.start();
  });
  await new Promise<void>((resolve, reject) => {
    new Upload(film, {
      ...{ ...options, uploadUrl: url, onError: reject },
      onSuccess: () => resolve(),
    }).start();
  });
  return url;
}
