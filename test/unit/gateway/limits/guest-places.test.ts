import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Call } from '../../../support/in-process.ts';
import { done, OWNER } from '../../../support/job.ts';
import { inPieces } from '../../../support/random.ts';
import { filePart, form, formType, mp4 } from '../sample-uploads.ts';
import { asGuest, asOwner, buildGateway, type Gateway, GUEST, jsonReply } from '../test-gateway.ts';
import { tusClient } from '../uploads/tus/tus-client.ts';

/** Guests have no place at all, so that the first request of one shows whether its route knows the group. */
const NO_GUESTS = { all: 10, perUser: 5, guests: { all: 0, perUser: 5 } };
const SIZE = 10_000;
const media = mp4(SIZE);
const video = { 'content-type': 'video/mp4' };

type Headers = Record<string, string>;
type Request = (gateway: Gateway, headers: Headers, jobId: string) => ReturnType<Gateway['call']>;

const get =
  (path: string): Request =>
  (gateway, headers, id) =>
    gateway.call('GET', path.replace(':id', id), { headers });
const post =
  (path: string, { headers: more, ...call }: Call): Request =>
  (gateway, headers) =>
    gateway.call('POST', path, { ...call, headers: { ...headers, ...more } });

const ROUTES: [route: string, request: Request][] = [
  ['GET /download/{id}', get('/download/:id')],
  ['GET /download/archive', get('/download/archive?id=:id')],
  ['GET /jobs/{id}/details', get('/jobs/:id/details')],
  ['GET /jobs/{id}/cover', get('/jobs/:id/cover')],
  ['GET /jobs?status=done', get('/jobs?status=done')],
  ['POST /probe', post('/probe', { headers: video, body: media })],
  ['POST /upload', post('/upload?filename=a.mp4', { headers: video, body: media })],
  ['POST /upload of a form', post('/upload', { headers: formType, body: form([filePart(media)]) })],
  [
    'POST /uploads with bytes',
    (gateway, headers) => {
      const tus = tusClient(gateway, headers);
      const type = { 'content-type': 'application/offset+octet-stream' };
      return tus.post({ 'upload-length': String(SIZE), ...type }, media);
    },
  ],
  [
    'PATCH /uploads/{id}',
    async (gateway, headers) => {
      const tus = tusClient(gateway, headers);
      return tus.patch(await tus.create(SIZE), 0, media);
    },
  ],
];
/** They do not end, so they are not asked for as a user here. */
const STREAMS: [route: string, request: Request][] = [
  ['GET /jobs/events', get('/jobs/events')],
  ['GET /jobs/{id}/events', get('/jobs/:id/events')],
];

async function build(owner: { id: string; email: string | null }) {
  const gateway = buildGateway({
    converter: () => jsonReply(200, {}),
    limits: {
      ...{ uploads: NO_GUESTS, downloads: NO_GUESTS, probes: NO_GUESTS, searches: NO_GUESTS },
      eventStreams: NO_GUESTS,
    },
  });
  const job = done({ owner: owner.id, email: owner.email ?? '', mp3BlobId: randomUUID() });
  const bytes = Buffer.alloc(5_000, 3);
  const written = await gateway.blobs.write(job.mp3BlobId, inPieces(bytes), {
    expires: new Date(job.expires_at),
  });
  return { gateway, job: await gateway.save({ ...job, mp3: { ...job.mp3, ...written } }) };
}

describe('the places of guests', () => {
  for (const [route, request] of [...ROUTES, ...STREAMS])
    it(`are those that ${route} takes for a guest, who is refused with 503 when they are taken`, async () => {
      const { gateway, job } = await build(GUEST);
      const reply = await request(gateway, asGuest, job.id);
      assert.deepEqual([reply.status, reply.json?.code], [503, 'unavailable'], reply.text);
      assert.match(reply.json.detail, /guests .*register/);
      assert.equal(reply.headers['retry-after'], '2');
    });

  for (const [route, request] of ROUTES)
    it(`are not needed for ${route} by a user`, async () => {
      const { gateway, job } = await build(OWNER);
      const reply = await request(gateway, asOwner, job.id);
      // Some fail later, because there is no converter here, and the MP3 has no details and no cover.
      assert.ok(reply.status !== 503 && !/guests/.test(reply.text), reply.text);
    });

  for (const [owner, status] of [
    [GUEST, 503],
    [OWNER, 200],
  ] as const)
    it(`are taken by a download by the link of a job of a ${owner.group}, which gets ${status}`, async () => {
      const { gateway, job } = await build(owner);
      const { pathname, search } = new URL(gateway.links.sign(job.id, new Date(job.expires_at)));
      assert.equal((await gateway.call('GET', pathname + search)).status, status);
    });

  it('are not needed by a user for the jobs from before the registration', async () => {
    const { gateway, job } = await build({ id: OWNER.id, email: null });
    assert.equal((await gateway.call('GET', `/download/${job.id}`, { headers: asOwner })).status, 200);
  });
});
