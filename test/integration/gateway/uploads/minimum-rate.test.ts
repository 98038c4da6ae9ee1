import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { eventually } from '../../../support/event-loop.ts';
import { listen } from '../../../support/listen.ts';
import { filePart, form, formType, mp4, part } from '../../../unit/gateway/sample-uploads.ts';
import { asOwner, buildGateway, type Gateway } from '../../../unit/gateway/test-gateway.ts';

const MIB = 1024 ** 2;
const RATE = { bytesPerSecond: 2_000, windowMs: 500 };
const RAW = { ...asOwner, 'content-type': 'video/mp4' };
const FORM = { ...asOwner, ...formType };
const TUS = { ...asOwner, 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream' };
const SIZE = 3 * MIB;
/** More than a chunk, so that something is stored before the client becomes slow. */
const BEGIN = mp4(SIZE).subarray(0, 1.5 * MIB);
const FORM_BEGIN = filePart(BEGIN).subarray(0, -2);
const onePlace = { uploads: { all: 1, perUser: 1 }, probes: { all: 1, perUser: 1 } };

const build = (more: Parameters<typeof buildGateway>[0] = {}) =>
  buildGateway({ maxUploadBytes: 64 * MIB, minimumRate: RATE, limits: onePlace, ...more });

function open(url: string, method: string, path: string, headers: Record<string, string>): ClientRequest {
  const sent = request(`${url}${path}`, { method, headers });
  sent.on('error', () => undefined);
  sent.flushHeaders();
  return sent;
}

/** Sends a few bytes now and then until the response comes. */
async function trickle(sent: ClientRequest, next: () => Buffer | undefined) {
  const timer = setInterval(() => {
    const bytes = next();
    if (bytes) sent.write(bytes);
  }, 20);
  try {
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const problem = (await json(answer)) as { code: string; detail: string };
    return { status: answer.statusCode, ...problem, headers: answer.headers };
  } finally {
    clearInterval(timer);
    sent.destroy();
  }
}

const silence = () => undefined;
const tenBytes = () => Buffer.alloc(10, 'x');
/** The beginning of a field whose value does not end. */
const FIELD = part('comment', 'x').subarray(0, -2);
/** The beginning of a part whose header does not end. */
const HEADER = Buffer.concat([part('file', '').subarray(0, -6), Buffer.from('\r\nX-Long: ')]);

async function createUpload(gateway: Gateway): Promise<string> {
  const { headers } = await gateway.call('POST', '/uploads', {
    headers: { ...asOwner, 'tus-resumable': '1.0.0', 'upload-length': String(SIZE) },
  });
  return String(headers.location);
}

describe('POST /upload below the minimum rate', { timeout: 120_000, concurrency: true }, () => {
  for (const [what, headers, begin, next] of [
    ['a raw body whose client trickles', RAW, BEGIN, tenBytes],
    ['a raw body whose client falls silent', RAW, BEGIN, silence],
    ['a raw body that never begins', RAW, Buffer.alloc(0), silence],
    ['a form whose file trickles', FORM, FORM_BEGIN, tenBytes],
    ['a form that falls silent within its file', FORM, FORM_BEGIN, silence],
    ['a form with a field that does not end', FORM, FIELD, tenBytes],
    ['a form with the header of a part that does not end', FORM, HEADER, tenBytes],
    ['a form with text before its first part', FORM, Buffer.alloc(0), tenBytes],
    [
      'a form with a field that does not end after its file',
      FORM,
      Buffer.concat([filePart(BEGIN), FIELD]),
      tenBytes,
    ],
    ['a form with text after its last boundary', FORM, form([filePart(BEGIN)]), tenBytes],
  ] as const) {
    it(`ends ${what} with 408, frees its place and keeps nothing`, async (context) => {
      const gateway = build();
      const sent = open(await listen(context, gateway.app), 'POST', '/upload', headers);
      sent.write(begin);
      const { status, code, detail } = await trickle(sent, next);
      assert.deepEqual([status, code], [408, 'too_slow']);
      assert.match(detail, /resumable upload/);
      assert.deepEqual(gateway.storedKeys(), []);
      const other = await gateway.call('POST', '/upload', { headers: RAW, body: mp4(1000) });
      assert.equal(other.status, 202);
    });
  }

  it('frees the Idempotency-Key, so that the file can be sent again', async (context) => {
    const gateway = build();
    const headers = { ...RAW, 'idempotency-key': 'one' };
    const sent = open(await listen(context, gateway.app), 'POST', '/upload', headers);
    sent.write(BEGIN);
    assert.equal((await trickle(sent, silence)).status, 408);
    const again = await gateway.call('POST', '/upload', { headers, body: mp4(1000) });
    assert.equal(again.status, 202);
  });
});

describe('POST /probe below the minimum rate', { timeout: 120_000, concurrency: true }, () => {
  for (const [what, path, headers, begin] of [
    ['of a whole file', '/probe', RAW, BEGIN],
    ['of the ends of a file', '/probe?size=900000000&tail=1000', RAW, BEGIN],
    ['of a form', '/probe', FORM, FORM_BEGIN],
  ] as const) {
    it(`ends a probe ${what} with 408 and frees its place`, async (context) => {
      const gateway = build({ maxUploadBytes: 1024 * MIB });
      const sent = open(await listen(context, gateway.app), 'POST', path, headers);
      sent.write(begin);
      const { status, code } = await trickle(sent, tenBytes);
      assert.deepEqual([status, code], [408, 'too_slow']);
      const other = await gateway.call('POST', '/probe', { headers: RAW, body: mp4(1000) });
      // The converter of this test does not answer. Without a place it would be 429.
      assert.equal(other.json.code, 'unavailable');
      assert.match(other.json.detail, /converter/);
    });
  }
});

describe('a resumable upload below the minimum rate', { timeout: 120_000, concurrency: true }, () => {
  async function goOn(gateway: Gateway, path: string): Promise<void> {
    const head = await gateway.call('HEAD', path, { headers: TUS });
    const offset = Number(head.headers['upload-offset']);
    assert.ok(offset >= BEGIN.length, `${offset} bytes are kept`);
    const rest = await gateway.call('PATCH', path, {
      headers: { ...TUS, 'upload-offset': String(offset) },
      body: mp4(SIZE).subarray(offset),
    });
    assert.equal(rest.status, 204);
    assert.equal(gateway.publishedVideos.length, 1);
  }

  for (const [what, next] of [
    ['trickles', tenBytes],
    ['falls silent', silence],
  ] as const) {
    it(`ends a PATCH whose client ${what} with 408, and goes on from what has arrived`, async (context) => {
      const gateway = build();
      const path = await createUpload(gateway);
      const headers = { ...TUS, 'upload-offset': '0' };
      const sent = open(await listen(context, gateway.app), 'PATCH', path, headers);
      sent.write(BEGIN);
      const refused = await trickle(sent, next);
      assert.deepEqual([refused.status, refused.code], [408, 'too_slow']);
      assert.ok(Number(refused.headers['upload-offset']) >= BEGIN.length);
      assert.equal(refused.headers['tus-resumable'], '1.0.0');
      await goOn(gateway, path);
    });

    it(`ends a creation whose client ${what} with 408, and says where its upload is`, async (context) => {
      const gateway = build();
      const headers = { ...TUS, 'upload-length': String(SIZE) };
      const sent = open(await listen(context, gateway.app), 'POST', '/uploads', headers);
      sent.write(BEGIN);
      const refused = await trickle(sent, next);
      assert.deepEqual([refused.status, refused.code], [408, 'too_slow']);
      assert.ok(Number(refused.headers['upload-offset']) >= BEGIN.length);
      await goOn(gateway, String(refused.headers.location));
    });
  }

  it('accepts a file that is whole, though its request does not end', async (context) => {
    const gateway = build();
    const path = await createUpload(gateway);
    const sent = open(await listen(context, gateway.app), 'PATCH', path, { ...TUS, 'upload-offset': '0' });
    sent.write(mp4(SIZE));
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    assert.equal(answer.statusCode, 204);
    sent.destroy();
    assert.equal(gateway.publishedVideos.length, 1);
  });

  it('keeps nothing of a slow request with a checksum', async (context) => {
    const gateway = build();
    const path = await createUpload(gateway);
    const headers = { ...TUS, 'upload-offset': '0', 'upload-checksum': 'sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=' };
    const sent = open(await listen(context, gateway.app), 'PATCH', path, headers);
    sent.write(BEGIN);
    const refused = await trickle(sent, silence);
    assert.deepEqual([refused.status, refused.headers['upload-offset']], [408, '0']);
  });
});

describe('an upload at or above the minimum rate', { timeout: 120_000 }, () => {
  /** Sends a file in small pieces at twice the minimum rate, for several windows. */
  async function sendSlowly(sent: ClientRequest, bytes: Buffer): Promise<void> {
    for (let start = 0; start < bytes.length; start += 400) {
      sent.write(bytes.subarray(start, start + 400));
      await setTimeout(100);
    }
  }

  for (const [what, headers, begin, end] of [
    ['a raw body', RAW, Buffer.alloc(0), Buffer.alloc(0)],
    ['a form', FORM, filePart(Buffer.alloc(0)).subarray(0, -2), Buffer.from('\r\n--xxBOUNDARYxx--\r\n')],
  ] as const) {
    it(`takes ${what} that is slow and steady`, async (context) => {
      const gateway = build();
      const sent = open(await listen(context, gateway.app), 'POST', '/upload', headers);
      sent.write(begin);
      const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
      await sendSlowly(sent, mp4(6_000));
      sent.end(end);
      const [answer] = await answered;
      assert.equal(answer.statusCode, 202);
    });
  }

  async function sendToSlowStore(context: TestContext, minimumRate = RATE) {
    let isSlow = true;
    const gateway = build({
      minimumRate,
      async onPutBytes(put) {
        if (isSlow) await setTimeout(4 * RATE.windowMs);
        isSlow = false;
        return put();
      },
    });
    const sent = open(await listen(context, gateway.app), 'POST', '/upload', RAW);
    sent.end(mp4(20 * MIB));
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return answer.statusCode;
  }

  it('does not blame the client for a slow store', async (context) => {
    assert.equal(await sendToSlowStore(context), 202);
  });

  it('lets a silent client wait without bound where the minimum is 0', async (context) => {
    const gateway = build({ minimumRate: { ...RATE, bytesPerSecond: 0 } });
    const sent = open(await listen(context, gateway.app), 'POST', '/upload', RAW);
    sent.write(BEGIN);
    await eventually(() => gateway.storedKeys().some((key) => key.startsWith('chunk')));
    await setTimeout(3 * RATE.windowMs);
    sent.end(mp4(1000));
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    assert.equal(answer.statusCode, 202);
  });
});
