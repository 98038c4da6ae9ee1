import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import { createCoreSlots } from '../../../../services/converter/capacity/core-slots.ts';
import type { EarlyOutcome, EarlyPorts } from '../../../../services/converter/early/begin-early.ts';
import { createEarlyConversions } from '../../../../services/converter/early/early-conversions.ts';
import { createBeginners } from '../../../../services/converter/fairness/beginners.ts';
import { planSound } from '../../../../services/gateway/sound/plan-sound.ts';
import { createBlobStore } from '../../../../services/shared/blobs/blob-store.ts';
import { CHUNK_BYTES } from '../../../../services/shared/blobs/chunks.ts';
import type { ConversionOptions } from '../../../../services/shared/jobs/conversion-options.ts';
import { createSpool } from '../../../../services/shared/runtime/spool.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { openFile } from '../../../support/local-file.ts';
import { file } from '../../../support/media.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { tools, unconfined } from '../../../support/tools.ts';
import { waitFor } from '../../../support/wait.ts';
import { createTestConverter } from '../job/test-converter.ts';
import { expires, growingUpload, noisyFilm, once } from './growing-upload.ts';

const limits = { maxDurationSeconds: 3600, maxConvertSeconds: 240 };
const film = noisyFilm;
const mpeg = ['-c:v', 'mpeg2video', '-q:v', '1', '-c:a', 'aac'];
const vorbis = ['-c:v', 'mjpeg', '-q:v', '2', '-c:a', 'libopus'];
const vp8 = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-crf', '4', '-b:v', '20M'];

/** Sound of 1.5 MB a second. */
const SURROUND = ['-c:a', 'pcm_s24le', '-ar', '96000', '-ac', '6'];

/** What the page and the command line send of a film. */
async function soundOf(made: Promise<string>): Promise<string> {
  await using whole = await openFile(await made);
  const plan = await planSound(whole, {}, new AbortController().signal);
  assert.ok(plan, 'the film is sent whole');
  return file('sound.mov', await plan.file.read(0, plan.file.size));
}

const films = {
  'an MP4 with its index in front': () => film('front.mp4', ...mpeg, '-movflags', '+faststart'),
  'a fragmented MP4': () => film('fragments.mp4', ...mpeg, '-movflags', '+frag_keyframe+empty_moov'),
  'a Matroska film': () => film('film.mkv', ...vorbis),
  'a WebM film': () => film('film.webm', ...vp8, '-c:a', 'libopus'),
  'a transport stream': () => film('film.ts', ...mpeg),
  'the sound of a film with its index at the end': () => soundOf(film('end.mov', ...mpeg, ...SURROUND)),
};

/** An encoder that fails before it has read anything. */
const FAILS_FROM_PIPE = `#!/bin/sh
case "$*" in *pipe:0*) exit 1 ;; esac
exec ffmpeg "$@"
`;

/** An encoder that stands still before it has read anything. */
const HANGS_AT_PIPE = `#!/bin/sh
case "$*" in *pipe:0*) exec sleep 600 ;; esac
exec ffmpeg "$@"
`;

async function encoder(context: TestContext, script: string) {
  const path = join(temporaryFolder(context), 'ffmpeg');
  await writeFile(path, script, { mode: 0o700 });
  return unconfined(path);
}

/** A converter, and an upload that grows. */
async function createArrival(
  context: TestContext,
  path: string,
  { options = { quality: 4 }, ...ports }: Partial<EarlyPorts> & { options?: ConversionOptions } = {},
) {
  const state = createMemoryState();
  const log = pino({ level: 'silent' });
  const beginners = createBeginners(state, log);
  const spool = createSpool(temporaryFolder(context));
  const stopping = new AbortController();
  const outcomes: EarlyOutcome[] = [];
  const early = createEarlyConversions(
    {
      ...{ ...tools, state, spool, limits, slots: createCoreSlots(1), stoppingSignal: stopping.signal },
      ...{ beginners, log },
      outcomes: { inc: (labels?: unknown) => outcomes.push((labels as { outcome: EarlyOutcome }).outcome) },
      ...ports,
    },
    1,
  );
  const converter = await createTestConverter({ state, spool, early, beginners });
  const bytes = await readFile(path);
  const { request, append, accept } = growingUpload(state, bytes, options);
  return {
    ...{ bytes, converter, early, outcomes, request, stopping, append },
    /** Makes the upload a job, and converts it. */
    async accept() {
      const job = await accept();
      await converter.deliver(job);
      return readMp3(converter, job);
    },
    /** Converts the same film as any other job. */
    async convertOrdinarily() {
      await using ordinary = await createTestConverter();
      const job = await ordinary.submit(path, { options });
      await ordinary.deliver(job);
      return readMp3(ordinary, job);
    },
  };
}

async function readMp3(converter: Awaited<ReturnType<typeof createTestConverter>>, job: { id: string }) {
  const done = await converter.job(job);
  assert.ok(done.status === 'done');
  const { mp3BlobId, warnings, source } = done;
  const mp3 = await buffer(converter.blobs.read(mp3BlobId ?? ''));
  return { mp3, warnings, duration: source.duration_seconds, tracks: source.tracks };
}

describe('a conversion that begins during the upload', () => {
  for (const [name, make] of Object.entries(films)) {
    it(`makes the MP3 of ${name} that the ordinary conversion makes, byte for byte`, async (context) => {
      const arrival = await createArrival(context, await make());
      await using _ = arrival.converter;
      assert.ok(arrival.bytes.length > 2 * 4 * CHUNK_BYTES, `${arrival.bytes.length} bytes`);
      await arrival.append(arrival.bytes.subarray(0, 5 * CHUNK_BYTES));
      assert.equal(arrival.early.begin(arrival.request), true);
      await arrival.append(arrival.bytes.subarray(5 * CHUNK_BYTES));
      const made = await arrival.accept();
      assert.deepEqual(arrival.outcomes, ['taken']);
      const line = arrival.converter.lines.find(({ msg }) => msg === 'MP3 made');
      assert.equal(line?.early, true, 'the sound was encoded again');
      assert.deepEqual(made, await arrival.convertOrdinarily());
    });
  }

  it('is given up where the upload ends with other bytes than were read', async (context) => {
    const arrival = await createArrival(context, await films['a Matroska film']());
    await using _ = arrival.converter;
    const { bytes, request, early } = arrival;
    await arrival.append(bytes);
    // A request that was not finished had stored other bytes where those of the upload are now.
    const other = randomUUID();
    const wrong = Buffer.from(bytes).fill(1, 6 * CHUNK_BYTES, 6 * CHUNK_BYTES + 1);
    await createBlobStore(arrival.converter.state).write(other, once(wrong), { expires });
    assert.equal(early.begin({ ...request, blob_id: other }), true);
    const made = await arrival.accept();
    assert.deepEqual(arrival.outcomes, ['discarded']);
    assert.deepEqual(made, await arrival.convertOrdinarily());
  });

  it('gives no sound to a job whose owner wants another loudness since', async (context) => {
    const options = { quality: 4, normalize: -16 };
    const arrival = await createArrival(context, await films['a Matroska film'](), { options });
    await using _ = arrival.converter;
    await arrival.append(arrival.bytes);
    assert.equal(arrival.early.begin({ ...arrival.request, options: { quality: 4 } }), true);
    const made = await arrival.accept();
    assert.equal(arrival.converter.lines.find(({ msg }) => msg === 'MP3 made')?.early, false);
    assert.deepEqual(made, await arrival.convertOrdinarily());
  });

  it('is given up where the index of an MP4 is at its end', async (context) => {
    const arrival = await createArrival(context, await film('end.mp4', ...mpeg));
    await using _ = arrival.converter;
    await arrival.append(arrival.bytes.subarray(0, 5 * CHUNK_BYTES));
    arrival.early.begin(arrival.request);
    await arrival.append(arrival.bytes.subarray(5 * CHUNK_BYTES));
    const made = await arrival.accept();
    assert.deepEqual(arrival.outcomes, ['discarded']);
    assert.deepEqual(made, await arrival.convertOrdinarily());
  });

  it('is given up, with its folder, where the upload falls silent', async (context) => {
    const arrival = await createArrival(context, await films['a Matroska film'](), { silenceMs: 50 });
    await using _ = arrival.converter;
    await arrival.append(arrival.bytes.subarray(0, 5 * CHUNK_BYTES));
    arrival.early.begin(arrival.request);
    await waitFor('the end', () => arrival.outcomes.length > 0);
    await arrival.append(arrival.bytes.subarray(5 * CHUNK_BYTES));
    await arrival.accept();
    assert.deepEqual(arrival.outcomes, ['discarded']);
  });

  it('is given up where the upload never becomes a job', async (context) => {
    const arrival = await createArrival(context, await films['a Matroska film'](), { acceptMs: 20 });
    await using _ = arrival.converter;
    await arrival.append(arrival.bytes);
    await createBlobStore(arrival.converter.state).write(arrival.request.job_id, once(arrival.bytes), {
      expires,
    });
    arrival.early.begin({ ...arrival.request, blob_id: arrival.request.job_id });
    await waitFor('the end', () => arrival.outcomes.length > 0);
    assert.deepEqual(arrival.outcomes, ['discarded']);
  });

  it('is given up, and reads no more, where the encoder fails while the upload goes on', async (context) => {
    const ffmpeg = await encoder(context, FAILS_FROM_PIPE);
    const arrival = await createArrival(context, await films['a Matroska film'](), { ffmpeg });
    await using _ = arrival.converter;
    await arrival.append(arrival.bytes.subarray(0, 5 * CHUNK_BYTES));
    arrival.early.begin(arrival.request);
    await waitFor('the end', () => arrival.outcomes.length > 0);
    assert.deepEqual(arrival.outcomes, ['discarded']);
    await arrival.append(arrival.bytes.subarray(5 * CHUNK_BYTES));
    assert.deepEqual(await arrival.accept(), await arrival.convertOrdinarily());
  });

  it('is given up soon after its job was accepted, where it stands still', {
    timeout: 120_000,
  }, async (context) => {
    const ports = { ffmpeg: await encoder(context, HANGS_AT_PIPE), stallMs: 100 };
    const patient = { ...ports, limits: { ...limits, maxConvertSeconds: 600 } };
    const arrival = await createArrival(context, await films['a Matroska film'](), patient);
    await using _ = arrival.converter;
    await arrival.append(arrival.bytes);
    arrival.early.begin(arrival.request);
    assert.deepEqual(await arrival.accept(), await arrival.convertOrdinarily());
    assert.deepEqual(arrival.outcomes, ['discarded']);
  });

  it('ends with the service, and leaves no process and no folder', async (context) => {
    const arrival = await createArrival(context, await films['a Matroska film']());
    await using _ = arrival.converter;
    await arrival.append(arrival.bytes.subarray(0, 5 * CHUNK_BYTES));
    arrival.early.begin(arrival.request);
    arrival.stopping.abort(new Error('the service stops'));
    await arrival.early.settled();
    assert.deepEqual(arrival.outcomes, ['discarded']);
  });

  it('begins only one at a time, and only while no job is converted', async (context) => {
    const slots = createCoreSlots(1);
    const arrival = await createArrival(context, await films['a Matroska film'](), { slots });
    await using _ = arrival.converter;
    const { early, request } = arrival;
    const signal = new AbortController().signal;
    assert.equal(await slots.run(signal, async () => early.begin(request)), false);
    assert.equal(early.begin(request), true);
    assert.equal(early.begin({ ...request, job_id: randomUUID() }), false);
    assert.equal(await early.giveUp(), true);
    assert.equal(await early.giveUp(), false);
  });

  it('begins no conversion that needs the whole sound at first', async (context) => {
    const arrival = await createArrival(context, await films['a Matroska film']());
    await using _ = arrival.converter;
    for (const options of [{ normalize: -16 }, { copy: true }, { end: 5 }])
      assert.equal(arrival.early.begin({ ...arrival.request, options }), false);
    assert.equal(arrival.early.begin({ ...arrival.request, size: CHUNK_BYTES }), false);
  });

  it('makes room on the disk for an accepted job', async (context) => {
    let isFull = false;
    const folder = createSpool(temporaryFolder(context));
    const spool: EarlyPorts['spool'] = {
      use: (bytes, work) =>
        folder.use(bytes, async (path) => {
          isFull = true;
          return work(path).finally(() => {
            isFull = false;
          });
        }),
    };
    const arrival = await createArrival(context, await films['a Matroska film'](), { spool });
    await using _ = arrival.converter;
    await arrival.append(arrival.bytes.subarray(0, 5 * CHUNK_BYTES));
    arrival.early.begin(arrival.request);
    await waitFor('its folder', () => isFull, { pauseMs: 5 });
    assert.equal(await arrival.early.giveUp(), true);
    assert.equal(isFull, false);
  });
});
