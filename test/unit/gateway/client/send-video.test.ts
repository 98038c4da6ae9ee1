import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { mayNeedWhole } from '../../../../services/gateway/client/may-need-whole.ts';
import {
  type Sending,
  type SendVideoPorts,
  sendVideo,
} from '../../../../services/gateway/client/send-video.ts';
import { requestTokens } from '../../../../services/gateway/client/session/accounts.ts';
import { createSession } from '../../../../services/gateway/client/session/session.ts';
import { createMemoryTokens } from '../../../../services/gateway/client/session/tokens.ts';
import type { Film } from '../../../../services/gateway/client/uploads/film.ts';
import { createMemoryUploads } from '../../../../services/gateway/client/uploads/upload-store.ts';
import { watchSent } from '../../../../services/gateway/client/watch-sent.ts';
import type { LocalFile } from '../../../../services/gateway/sound/local-file.ts';
import { FAILURES, type FailureCode } from '../../../../services/shared/jobs/failures.ts';
import { baseOf } from '../../../../services/shared/jobs/job.ts';
import { failed } from '../../../support/job.ts';
import { createTestClock } from './test-clock.ts';
import { createTestGateway, mp4 } from './test-gateway.ts';

const USER = { email: 'ann@example.com', password: 'open sesame' };
const FILM_BYTES = mp4(6_000_000);
const SOUND_BYTES = mp4(1_500_000);
const { signal } = new AbortController();
const fileOf = (bytes: Buffer): LocalFile => ({
  size: bytes.length,
  read: async (start, end) => new Uint8Array(bytes.subarray(start, end)),
});
const film: Film = {
  file: fileOf(FILM_BYTES),
  ...{ name: 'film.mp4', type: 'video/mp4', identity: 'film' },
};
/** A plan of which only the sizes matter. */
const plan: SendVideoPorts['plan'] = async (file) => {
  await file.read(0, 1000);
  return { file: fileOf(SOUND_BYTES), track: 2, audioTracks: 2 };
};

async function build(context: TestContext) {
  const system = createTestGateway(context);
  system.users.set(USER.email, USER.password);
  const { transport } = system;
  const clock = { ...createTestClock(), sleep: async () => undefined };
  const session = createSession({ transport, tokens: createMemoryTokens(), clock, signal });
  session.start(await requestTokens(transport, USER, signal), USER.email);
  const sendings: Sending[] = [];
  const reasons: string[] = [];
  const planned: number[] = [];
  const uploads = createMemoryUploads();
  const send = (ports: Partial<SendVideoPorts> = {}) =>
    sendVideo(session, film, {
      ...{ options: { bitrate: '192' }, plan, uploads, clock, signal, streaming: true },
      onSending: (sending) => sendings.push(sending),
      onWhole: (reason) => reasons.push(reason),
      onPlanning: (bytes) => planned.push(bytes),
      ...ports,
    });
  const sourceOf = async (id: string) => (await system.jobs.get(id)).document.source;
  return { ...system, session, clock, send, sendings, reasons, planned, sourceOf };
}

const SOUND: Sending = { kind: 'sound', size: SOUND_BYTES.length, filmSize: FILM_BYTES.length };
const WHOLE: Sending = { kind: 'whole', size: FILM_BYTES.length, filmSize: FILM_BYTES.length };

describe('sendVideo', () => {
  it('sends the sound of a film, and tells the size of the film and the track', async (context) => {
    const { send, sendings, planned, sourceOf } = await build(context);
    const { id, kind, isEarlier } = await send();
    assert.deepEqual([kind, isEarlier], ['sound', false]);
    assert.deepEqual(sendings, [SOUND]);
    assert.deepEqual(planned, [1000]);
    const { size, original } = await sourceOf(id);
    assert.deepEqual({ size, original }, { size: 1_500_000, original: { size: 6_000_000, track: 2 } });
  });

  const ALL: [what: string, ports: Partial<SendVideoPorts>][] = [
    ['is asked to', { whole: true, plan: () => assert.fail('it plans') }],
    ['is not certain of the sound', { plan: async () => undefined }],
    ['cannot plan', { plan: () => Promise.reject(new RangeError('a bug of a planner')) }],
  ];
  for (const [what, ports] of ALL) {
    it(`sends all of a film where it ${what}`, async (context) => {
      const { send, sendings, reasons, sourceOf } = await build(context);
      const { id, kind } = await send(ports);
      assert.equal(kind, 'whole');
      assert.deepEqual([sendings, reasons], [[WHOLE], []]);
      const { size, original } = await sourceOf(id);
      assert.deepEqual({ size, original }, { size: 6_000_000, original: null });
    });
  }

  it('plans with the options of the conversion', async (context) => {
    const { send } = await build(context);
    let given: unknown;
    await send({
      plan: async (_file, options) => {
        given = options;
        return undefined;
      },
    });
    assert.deepEqual(given, { bitrate: '192' });
  });

  it('rejects with the reason of the signal when it is aborted while it plans', async (context) => {
    const { send, sendings } = await build(context);
    const stop = new AbortController();
    const aborted: SendVideoPorts['plan'] = async (_file, _options, given) => {
      stop.abort(new Error('interrupted'));
      given.throwIfAborted();
      return undefined;
    };
    await assert.rejects(send({ plan: aborted, signal: stop.signal }), /interrupted/);
    assert.deepEqual(sendings, []);
  });

  it('sends all of a film of whose sound the gateway says that it is no media file', async (context) => {
    const { send, sendings, reasons, sourceOf } = await build(context);
    const text = async () => ({ file: fileOf(Buffer.alloc(2_000_000, 'text ')), track: 1, audioTracks: 2 });
    const { id } = await send({ plan: text });
    assert.deepEqual(
      sendings.map(({ kind }) => kind),
      ['sound', 'whole'],
    );
    assert.match(reasons.join(), /\(not_media\)/);
    assert.equal((await sourceOf(id)).size, FILM_BYTES.length);
  });

  it('does not send all of a film where its sound is refused for another reason', async (context) => {
    const { send, sendings } = await build(context);
    await assert.rejects(send({ options: { bitrate: '7' } }), { code: 'invalid_option' });
    assert.deepEqual(sendings, [SOUND]);
  });

  it('sends the sound without its parameters to a gateway that does not know them', async (context) => {
    const { send, sendings, session, sourceOf } = await build(context);
    const { send: sendRequest } = session;
    session.send = (request) => {
      const isKnown = request.query?.original_size === undefined;
      // An option that no gateway knows stands for one that an older gateway does not know.
      return sendRequest(isKnown ? request : { ...request, query: { unheard_of: '1' } });
    };
    const { id, kind } = await send({
      plan: async () => ({ file: fileOf(mp4(900_000)), track: 2, audioTracks: 2 }),
    });
    assert.equal(kind, 'sound');
    assert.equal(sendings.length, 1);
    const { size, original } = await sourceOf(id);
    assert.deepEqual({ size, original }, { size: 900_000, original: null });
  });

  it('takes the job of an earlier run, and sends nothing', async (context) => {
    const { send, sendings } = await build(context);
    const first = await send();
    const again = await send();
    assert.deepEqual([again.id, again.isEarlier, again.kind], [first.id, true, 'sound']);
    assert.deepEqual(sendings, [SOUND]);
  });

  it('sends a film again whose job has failed for a reason that may have passed', async (context) => {
    const { send, sendings, converter } = await build(context);
    converter.run = async (job) =>
      failed({ ...baseOf(job), error: { code: 'gave_up', detail: 'every attempt was interrupted' } });
    const first = await send();
    await new Promise(setImmediate);
    const again = await send();
    assert.notEqual(again.id, first.id);
    assert.deepEqual(sendings, [SOUND, SOUND]);
  });
});

describe('mayNeedWhole', () => {
  const CODES: FailureCode[] = [
    ...(['no_audio', 'unknown_track', 'unsupported_codec', 'not_media', 'truncated'] as const),
    'conversion_failed',
  ];
  for (const code of Object.keys(FAILURES) as FailureCode[]) {
    const expected = CODES.includes(code);
    it(`${expected ? 'is true' : 'is false'} for a job that failed with ${code}`, () => {
      assert.equal(mayNeedWhole({ status: 'failed', error: { code, detail: '' } }), expected);
      assert.equal(mayNeedWhole({ status: 'done', error: { code, detail: '' } }), false);
    });
  }
});

describe('watchSent', () => {
  /** The converter fails with the code for each file that is not the whole film. */
  async function buildFailing(context: TestContext, code: FailureCode) {
    const system = await build(context);
    const { converter, done } = system;
    converter.run = async (job) =>
      job.source.size === FILM_BYTES.length
        ? done(job)
        : failed({ ...baseOf(job), error: { code, detail: 'the file has no sound' } });
    return system;
  }
  const onChange = () => undefined;

  it('has all of a film sent whose sound alone could not be converted', async (context) => {
    const { session, send, sendings, clock } = await buildFailing(context, 'no_audio');
    const { id } = await send();
    const failures: unknown[] = [];
    const job = await watchSent(session, id, {
      ...{ clock, signal, onChange },
      sendWhole: (failure) => {
        failures.push(failure.error?.code);
        return send({ whole: true });
      },
    });
    assert.deepEqual([job.status, job.source.size, job.source.original], ['done', 6_000_000, null]);
    assert.deepEqual(sendings, [SOUND, WHOLE]);
    assert.deepEqual(failures, ['no_audio']);
  });

  it('sends all of the film at once in a later run, and takes its job in a third one', async (context) => {
    const { session, send, sendings, reasons, clock } = await buildFailing(context, 'unsupported_codec');
    const first = await send();
    await watchSent(session, first.id, { clock, signal, onChange, sendWhole: undefined });
    const second = await send();
    assert.deepEqual([second.kind, second.isEarlier], ['whole', false]);
    const third = await send();
    assert.deepEqual([third.id, third.isEarlier], [second.id, true]);
    assert.deepEqual(sendings, [SOUND, WHOLE]);
    assert.deepEqual(reasons, ['the file has no sound', 'the file has no sound']);
  });

  it('returns a failed job where all of the film was sent, and where the film would fail as well', async (context) => {
    for (const [code, whole] of [
      ['no_audio', undefined],
      ['encrypted', () => assert.fail('it sends the film')],
    ] as const) {
      const { session, send, clock } = await buildFailing(context, code);
      const { id } = await send();
      const job = await watchSent(session, id, { clock, signal, onChange, sendWhole: whole });
      assert.deepEqual([job.id, job.status], [id, 'failed']);
    }
  });
});
