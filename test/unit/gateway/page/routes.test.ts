import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { pino } from 'pino';
import { type PageFile, writeSite } from '../../../../deploy/page/write-site.ts';
import { INDEX_NAME, openSite } from '../../../../services/gateway/page/site.ts';
import { logLines } from '../../../support/log-lines.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { buildGateway } from '../test-gateway.ts';

const SCRIPT = 'console.log("an old friend");\n'.repeat(100);
const HTML = '<!doctype html><title>the first build</title>'.padEnd(2000);

const page = (html = HTML): PageFile => ({
  url: '/',
  file: 'index.html',
  type: 'text/html; charset=utf-8',
  contents: html,
  immutable: false,
});
const asset = (name: string, type: string, contents: string | Uint8Array = SCRIPT): PageFile => ({
  ...{ url: `/assets/${name}`, file: `assets/${name}`, type, contents, immutable: true },
});
const FILES: PageFile[] = [
  page(),
  asset('main-1.js', 'text/javascript; charset=utf-8'),
  asset('main-1.css', 'text/css; charset=utf-8'),
  asset('small-1.js', 'text/javascript; charset=utf-8', 'f()'),
  asset('photo-1.png', 'image/png', new Uint8Array([137, 80, 78, 71])),
  { ...asset('icon.svg', 'image/svg+xml', '<svg/>'), immutable: false },
  {
    ...{ url: '/service-worker.js', file: 'service-worker.js', contents: 'f()', immutable: false },
    type: 'text/javascript; charset=utf-8',
  },
  {
    ...{ url: '/manifest.webmanifest', file: 'manifest.webmanifest', contents: '{}', immutable: false },
    type: 'application/manifest+json',
  },
];

/** A gateway with a page of these files, in a folder of its own. */
function build(context: TestContext, files: readonly PageFile[] | undefined = FILES) {
  const folder = temporaryFolder(context);
  const write = (built: readonly PageFile[], now?: number) =>
    writeSite(built, { folder, keepMs: 60_000, ...(now !== undefined && { now }) });
  if (files.length > 0) write(files);
  const lines = logLines();
  const { call } = buildGateway({ site: openSite(pino({ level: 'warn' }, lines), folder) });
  return { folder, write, lines, call };
}

const KINDS: [url: string, type: string, kept: string][] = [
  ['/', 'text/html; charset=utf-8', 'no-cache'],
  ['/assets/main-1.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
  ['/assets/main-1.css', 'text/css; charset=utf-8', 'public, max-age=31536000, immutable'],
  ['/assets/photo-1.png', 'image/png', 'public, max-age=31536000, immutable'],
  ['/assets/icon.svg', 'image/svg+xml', 'no-cache'],
  ['/manifest.webmanifest', 'application/manifest+json; charset=utf-8', 'no-cache'],
  ['/service-worker.js', 'text/javascript; charset=utf-8', 'no-cache'],
];

describe('pageRoutes', () => {
  for (const [url, type, kept] of KINDS) {
    it(`serves ${url} with its type, and with the headers that protect the page`, async (context) => {
      const { headers, status } = await build(context).call('GET', url);
      assert.deepEqual([status, headers['content-type'], headers['cache-control']], [200, type, kept]);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
      assert.match(String(headers['content-security-policy']), /frame-ancestors 'none'/);
      assert.match(String(headers.etag), /^"[\da-f]{16}-identity"$/);
      assert.match(String(headers.vary), /Accept-Encoding/);
      assert.equal(headers['set-cookie'], undefined);
    });
  }

  const ENCODINGS: [accept: string | undefined, url: string, encoding: string | undefined][] = [
    ['gzip, deflate, br, zstd', '/', 'br'],
    ['br', '/assets/main-1.js', 'br'],
    ['gzip', '/assets/main-1.js', 'gzip'],
    ['gzip;q=1.0, br;q=0', '/assets/main-1.js', 'gzip'],
    ['*', '/assets/main-1.js', 'br'],
    ['br;q=0, *', '/assets/main-1.js', 'gzip'],
    ['identity', '/assets/main-1.js', undefined],
    ['deflate, zstd', '/assets/main-1.js', undefined],
    ['gzip;q=0, identity', '/', undefined],
    ['*;q=0', '/', undefined],
    ['', '/', undefined],
    [undefined, '/', undefined],
    ['\u00e9;;q=x,,', '/', undefined],
    // Too small to gain anything.
    ['br, gzip', '/assets/small-1.js', undefined],
  ];
  for (const [accept, url, encoding] of ENCODINGS) {
    it(`sends ${url} ${encoding ? `in ${encoding}` : 'as it is'} to a client that accepts ${accept ?? 'anything'}`, async (context) => {
      const { call } = build(context);
      const headers = accept === undefined ? {} : { 'accept-encoding': accept };
      const reply = await call('GET', url, { headers });
      assert.equal(reply.headers['content-encoding'], encoding);
      const plain =
        encoding === 'br'
          ? brotliDecompressSync(reply.bytes)
          : encoding === 'gzip'
            ? gunzipSync(reply.bytes)
            : reply.bytes;
      assert.equal(plain.toString(), FILES.find((file) => file.url === url)?.contents);
      assert.equal(reply.headers['content-length'], String(reply.bytes.length));
      assert.equal(reply.headers.etag?.includes(encoding ?? 'identity'), true);
    });
  }

  it('answers HEAD as GET, without the body', async (context) => {
    const { call } = build(context);
    const { headers: got } = await call('GET', '/');
    const { status, headers, bytes } = await call('HEAD', '/');
    const { date: _one, ...expected } = got;
    const { date: _two, ...actual } = headers;
    assert.deepEqual([status, actual, bytes.length], [200, expected, 0]);
  });

  it('answers 304 without a body to a client whose copy is still right, with the headers that matter', async (context) => {
    const { call } = build(context);
    const { headers } = await call('GET', '/', { headers: { 'accept-encoding': 'br' } });
    for (const tag of [headers.etag, `W/${headers.etag}`, `"other", ${headers.etag}`, '*']) {
      const request = { 'accept-encoding': 'br', 'if-none-match': String(tag) };
      const reply = await call('GET', '/', { headers: request });
      assert.deepEqual([reply.status, reply.bytes.length], [304, 0], String(tag));
      for (const name of ['etag', 'cache-control', 'vary', 'content-security-policy'])
        assert.equal(reply.headers[name], headers[name], name);
    }
  });

  it('answers 200 to a client whose copy has another encoding, or is of another build', async (context) => {
    const { call, write } = build(context);
    const { headers } = await call('GET', '/', { headers: { 'accept-encoding': 'br' } });
    const asked = { 'if-none-match': String(headers.etag) };
    assert.equal((await call('GET', '/', { headers: asked })).status, 200);
    write([page('a later build'.padEnd(2000)), ...FILES.slice(1)]);
    const reply = await call('GET', '/', { headers: { ...asked, 'accept-encoding': 'br' } });
    assert.equal(reply.status, 200);
    assert.match(brotliDecompressSync(reply.bytes).toString(), /^a later build/);
  });

  const MISSING = [
    ...[
      '/assets/',
      '/assets',
      '/assets/main-2.js',
      '/assets/main-1.js.br',
      '/assets/main-1.js/',
      '/site.json',
    ],
    ...[
      '/assets/..%2fsite.json',
      '/assets/%2e%2e/site.json',
      '/assets/../site.json',
      '/assets/..\\site.json',
    ],
    ...['/assets/%2e%2e%2f%2e%2e%2f..%2fetc%2fpasswd', '/assets/%00', '/assets/%', '/assets/%c3%28'],
    ...['/assets/__proto__', '/assets/constructor', '/assets/toString', '/index.html', '//assets/main-1.js'],
  ];
  for (const url of MISSING) {
    it(`answers 404 to ${url}, and lists no folder`, async (context) => {
      const { status, json, text } = await build(context).call('GET', url);
      assert.ok([400, 404].includes(status), String(status));
      assert.ok(['not_found', 'bad_request'].includes(json.code));
      assert.doesNotMatch(text, /main-1|\/tmp|site\.json"/);
    });
  }

  it('changes nothing: only GET, HEAD and OPTIONS are allowed', async (context) => {
    const { call } = build(context);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const { status, headers } = await call(method, '/');
      assert.deepEqual([status, headers.allow], [405, 'HEAD, GET'], method);
    }
  });
});

describe('POST /share', () => {
  const SENT: [who: string, headers: Record<string, string>][] = [
    ['a system', { origin: 'null' }],
    ['a system, for somebody who is signed in', { origin: 'null', cookie: 'mp3_access=a.b.c' }],
    ['a page of another site', { origin: 'https://other.example', cookie: 'mp3_access=a.b.c' }],
    ['a client that names no origin', {}],
  ];
  for (const [who, headers] of SENT) {
    it(`opens the page with GET for what ${who} has sent, and reads nothing of it first`, async (context) => {
      const { call } = build(context);
      const form = { ...headers, 'content-type': 'multipart/form-data; boundary=x' };
      const ended = Promise.withResolvers<void>();
      async function* body() {
        yield Buffer.from('--x\r\n');
        await ended.promise;
      }
      const reply = await call('POST', '/share', { headers: form, body: body() });
      ended.resolve();
      assert.deepEqual([reply.status, reply.headers.location], [303, '/#/shared']);
    });
  }

  it('is nothing that can be read', async (context) => {
    const { status, headers } = await build(context).call('GET', '/share');
    assert.deepEqual([status, headers.allow], [405, 'POST']);
  });
});

describe('pageRoutes, while the page is built anew', () => {
  it('serves the parts of the build before to a page that was opened then', async (context) => {
    const { call, write } = build(context);
    write([page('a later build'), asset('main-2.js', 'text/javascript; charset=utf-8', 'later()')]);
    assert.equal((await call('GET', '/')).text, 'a later build');
    assert.equal((await call('GET', '/assets/main-2.js')).text, 'later()');
    assert.equal((await call('GET', '/assets/main-1.js')).text, SCRIPT);
  });

  it('never answers with anything but one of the two builds', async (context) => {
    const { call, write } = build(context);
    const later = 'a later build'.padEnd(2000);
    for (let round = 0; round < 20; round += 1) {
      const html = round % 2 === 0 ? later : HTML;
      const replies = Promise.all([1, 2, 3, 4].map(() => call('GET', '/')));
      write([page(html), ...FILES.slice(1)]);
      for (const { status, text } of await replies) {
        assert.equal(status, 200);
        assert.ok(text === HTML || text === later);
      }
      assert.equal((await call('GET', '/')).text, html);
    }
  });

  for (const damage of ['{', '[]', '{"/":{"file":5}}']) {
    it(`works without a page where the index is ${damage}, says so once, and finds the next build`, async (context) => {
      const { call, write, folder, lines } = build(context);
      writeFileSync(path.join(folder, INDEX_NAME), damage);
      for (const url of ['/', '/', '/assets/main-1.js']) assert.equal((await call('GET', url)).status, 404);
      assert.equal(lines.objects().filter(({ level }) => level >= 40).length, 1);
      write(FILES);
      assert.equal((await call('GET', '/')).status, 200);
    });
  }

  it('answers 404 for a file that has vanished from the disk, and goes on when it is back', async (context) => {
    const { call, folder, write } = build(context);
    rmSync(path.join(folder, 'assets/main-1.js'));
    assert.equal((await call('GET', '/assets/main-1.js')).status, 404);
    write(FILES);
    assert.equal((await call('GET', '/assets/main-1.js')).status, 200);
  });

  it('answers 500 without a path where a file cannot be read', async (context) => {
    const { call, folder } = build(context);
    const file = path.join(folder, 'assets/main-1.js');
    rmSync(file);
    // Reading a folder fails with EISDIR, also for root.
    mkdirSync(file);
    const { status, text } = await call('GET', '/assets/main-1.js');
    assert.equal(status, 500);
    assert.ok(!text.includes(folder));
  });
});

describe('pageRoutes, without a built page', () => {
  it('answers 404 with the command that builds it, and logs that once', async (context) => {
    const { call, lines } = build(context, []);
    for (const url of ['/', '/docs', '/operator', '/assets/main-1.js', '/']) {
      const { status, json } = await call('GET', url);
      assert.deepEqual([status, json.code], [404, 'not_found']);
      assert.match(json.detail, /npm run page/);
    }
    const told = lines.objects().filter(({ msg }) => /npm run page/.test(msg));
    assert.equal(told.length, 1);
  });
});
