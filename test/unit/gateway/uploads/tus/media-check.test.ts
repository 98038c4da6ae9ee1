import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inPieces } from '../../../../support/random.ts';
import { mp4 } from '../../sample-uploads.ts';
import { buildGateway } from '../../test-gateway.ts';
import { mpegFrames, noise, tsPackets } from '../sample-streams.ts';
import { tusClient } from './tus-client.ts';

const MIB = 1024 ** 2;
const build = () => buildGateway({ maxUploadBytes: 10_000_000 });
const zeros = (count: number) => Buffer.alloc(count);

/** Sends the file in requests of the given sizes, until one is refused. Returns that response or the last one. */
async function send(file: Buffer, sizes: number[]) {
  const gateway = build();
  const tus = tusClient(gateway);
  const path = await tus.create(file.length);
  let offset = 0;
  for (let index = 0; ; index++) {
    const end = Math.min(file.length, offset + (sizes[index] ?? file.length));
    const reply = await tus.patch(path, offset, file.subarray(offset, end));
    if (reply.status !== 204 || end === file.length) return { gateway, tus, path, reply, sent: end, offset };
    offset = end;
  }
}

describe('the look at the first bytes', () => {
  const MEDIA: [what: string, file: Buffer][] = [
    ['an MP4', mp4(3000)],
    ['frames of MP3', mpegFrames(20)],
    ['a transport stream that begins in a packet', Buffer.concat([noise(100), tsPackets(400)])],
    ['an MP3 after 100 kB of padding', Buffer.concat([zeros(100_000), mpegFrames(200)])],
    ['an MP3 after 900 kB of padding', Buffer.concat([zeros(900_000), mpegFrames(400)])],
  ];
  const SIZES: [what: string, sizes: number[]][] = [
    ['in one request', []],
    ['byte by byte at first', [1, 1, 1, 1, 1]],
    ['in three requests', [300, 700]],
    ['in requests of 64 KiB', Array(30).fill(65_536)],
  ];
  for (const [what, file] of MEDIA)
    for (const [how, sizes] of SIZES)
      it(`lets ${what} in, ${how}`, async () => {
        const { gateway, reply } = await send(file, sizes);
        assert.equal(reply.status, 204, reply.text);
        const { document: job } = await gateway.jobs.get(String(reply.headers['mp3-job']));
        assert.ok(file.equals(Buffer.concat(await Array.fromAsync(gateway.blobs.read(job.videoBlobId)))));
      });

  const OTHERS: [what: string, file: Buffer, sizes: number[], after: number][] = [
    ['a PDF', Buffer.concat([Buffer.from('%PDF-1.7\n'), noise(200_000)]), [], 200_009],
    ['a text in one short request', Buffer.from('not a film'), [], 10],
    ['noise in small requests', noise(300_000), Array(60).fill(10_000), 80_000],
    ['noise after the length of a short file', noise(3000), [1000, 1000], 3000],
    ['zeros in requests of 256 KiB', zeros(3 * MIB), Array(12).fill(262_144), MIB],
  ];
  for (const [what, file, sizes, after] of OTHERS)
    it(`refuses ${what} by ${after} bytes, and the upload is gone`, async () => {
      const { gateway, tus, path, reply, sent } = await send(file, sizes);
      assert.deepEqual([reply.status, reply.json?.code], [415, 'not_media']);
      assert.ok(sent <= after, `only after ${sent} bytes`);
      assert.equal((await tus.head(path)).status, 404);
      assert.deepEqual(
        gateway.state.keys().filter((key) => /^(blob|chunk|tail|job):/.test(key)),
        [],
      );
    });

  it('refuses a stream of noise while it is being sent', async () => {
    const gateway = build();
    const tus = tusClient(gateway);
    const path = await tus.create(3_000_000);
    let pulled = 0;
    async function* endless() {
      for await (const piece of inPieces(noise(3_000_000), 20_000)) {
        pulled += piece.length;
        yield piece;
      }
    }
    const reply = await tus.patch(path, 0, endless());
    assert.equal(reply.status, 415);
    assert.ok(pulled < 1_000_000, `${pulled}`);
  });

  it('frees the key of an upload that it refuses', async () => {
    const tus = tusClient(build());
    const headers = { 'upload-length': '2000', 'idempotency-key': 'one' };
    const first = await tus.post(headers);
    assert.equal((await tus.patch(String(first.headers.location), 0, noise(2000))).status, 415);
    const second = await tus.post(headers);
    assert.equal(second.status, 201);
    assert.notEqual(second.headers.location, first.headers.location);
  });

  it('comes with the length, where that follows the last byte', async () => {
    const tus = tusClient(build());
    for (const [file, status] of [
      [noise(500), 415],
      [mpegFrames(1), 204],
    ] as const) {
      const path = String((await tus.post({ 'upload-defer-length': '1' })).headers.location);
      assert.equal((await tus.patch(path, 0, file)).status, 204);
      const reply = await tus.patch(path, file.length, '', { 'upload-length': String(file.length) });
      assert.equal(reply.status, status);
    }
  });

  it('calls a file empty whose length turns out to be 0', async () => {
    const tus = tusClient(build());
    const path = String((await tus.post({ 'upload-defer-length': '1' })).headers.location);
    const reply = await tus.patch(path, 0, '', { 'upload-length': '0' });
    assert.deepEqual([reply.status, reply.json.code], [400, 'empty_file']);
    assert.equal((await tus.head(path)).status, 404);
  });
});
