import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProblemError, UnreachableError } from '../../../../../services/gateway/client/http/errors.ts';
import type { Film } from '../../../../../services/gateway/client/uploads/film.ts';
import {
  type LookPorts,
  lookAt,
} from '../../../../../services/gateway/page/app/convert/films/look-at-film.ts';
import { randomBytes } from '../../../../support/random.ts';
import { probeAnswer } from '../../client/test-probes.ts';

const { signal } = new AbortController();
const fileOf = (bytes: Uint8Array) => ({
  size: bytes.length,
  read: async (start: number, end: number) => Uint8Array.from(bytes.subarray(start, end)),
});
/** Bytes that begin as those of a Matroska film do. */
const filmBytes = () => Buffer.concat([Buffer.from('1a45dfa3', 'hex'), randomBytes(4_996)]);
const filmOf = (bytes: Uint8Array = filmBytes(), name = 'film.mkv', type = ''): Film => ({
  ...{ file: fileOf(bytes), name, type, identity: name },
});
const sound = fileOf(randomBytes(500));

/** Looks at a film. Records which sizes the gateway was asked about, with which options. */
async function look(film: Film, ports: Partial<LookPorts> & { answers?: unknown[] } = {}, options = {}) {
  const asked: { size: number; options: Record<string, string> }[] = [];
  const answers = [...(ports.answers ?? [])];
  const client: LookPorts['client'] = {
    async probe({ file: { size } }, own) {
      asked.push({ size, options: own.options });
      const answer = answers.shift() ?? probeAnswer();
      if (answer instanceof Error) throw answer;
      return answer as ReturnType<typeof probeAnswer>;
    },
  };
  const plan: LookPorts['plan'] = async () => ({ file: sound, track: 1, audioTracks: 1 });
  return { seen: await lookAt(film, options, { client, plan, isForced: false, signal, ...ports }), asked };
}

const noPlan: LookPorts['plan'] = async () => undefined;
const mute = probeAnswer({ tracks: [], error: { code: 'no_audio', detail: 'no sound' } });
const problem = (code: 'too_large' | 'not_media' | 'too_many_requests', status: number) =>
  new ProblemError('x', { code, status });

describe('a look at a film', () => {
  it('shows the gateway only the sound, where that alone will be sent', async () => {
    const { seen, asked } = await look(filmOf(), {}, { title: 'secret', track: '2', preset: 'small' });
    assert.deepEqual(asked, [{ size: 500, options: { track: '2', preset: 'small' } }]);
    assert.ok(seen.kind === 'found' && seen.found.plan?.file === sound && seen.found.probe);
  });

  it('finds that all of a film will be sent, where it has no plan', async () => {
    const { seen, asked } = await look(filmOf(), { plan: noPlan });
    assert.deepEqual(
      asked.map(({ size }) => size),
      [5_000],
    );
    assert.ok(seen.kind === 'found' && seen.found.plan === undefined);
  });

  it('looks at all of a film where nothing could be made of its sound alone', async () => {
    const { seen, asked } = await look(filmOf(), { answers: [mute] });
    assert.deepEqual(
      asked.map(({ size }) => size),
      [500, 5_000],
    );
    assert.ok(seen.kind === 'found' && seen.found.plan === undefined);
  });

  it('finds that a film has no sound', async () => {
    const { seen } = await look(filmOf(), { plan: noPlan, answers: [mute] });
    assert.deepEqual(seen, {
      ...{ kind: 'useless', fault: { code: 'no_audio', detail: 'no sound' }, mayBeWrong: false },
    });
  });

  it('finds a film although the gateway does not answer', async () => {
    const { seen } = await look(filmOf(), { answers: [new UnreachableError('gone')] });
    assert.ok(seen.kind === 'found' && seen.found.plan && seen.found.probe === undefined);
  });

  for (const [what, ports, expected] of [
    ['a film', { plan: noPlan, maxBytes: 4_999 }, []],
    ['its sound', { maxBytes: 499 }, []],
    ['a film of whose sound alone nothing can be made', { answers: [mute], maxBytes: 4_999 }, [500]],
  ] as [string, Parameters<typeof look>[1], number[]][])
    it(`does not ask the gateway about ${what} of more bytes than may be sent`, async () => {
      const { seen, asked } = await look(filmOf(), ports);
      assert.deepEqual(
        asked.map(({ size }) => size),
        expected,
      );
      assert.ok(seen.kind === 'found' && seen.found.isTooLarge && !seen.found.probe);
      assert.equal(seen.found.plan === undefined, what !== 'its sound');
    });

  it('asks about a film of which just as much is sent as may be', async () => {
    const { seen } = await look(filmOf(), { maxBytes: 500 });
    assert.ok(seen.kind === 'found' && seen.found.probe && !seen.found.isTooLarge);
  });

  for (const [code, status] of [
    ['too_large', 413],
    ['not_media', 415],
  ] as const)
    it(`says that the gateway would refuse it: ${code}`, async () => {
      const { seen } = await look(filmOf(), { answers: [problem(code, status)] });
      assert.ok(seen.kind === 'useless' && seen.fault.code === code);
    });

  it('fails where the gateway may answer later', async () => {
    await assert.rejects(look(filmOf(), { answers: [problem('too_many_requests', 429)] }), ProblemError);
  });

  const texts: [name: string, content: string, type: string][] = [
    ['diary.txt', 'x', 'text/plain'],
    ['module.ts', 'export const a = 1;\r\n\tb();', 'video/mp2t'],
    ['ümläut.ts', 'ä'.repeat(5_000), 'video/mp2t'],
  ];
  for (const [name, content, type] of texts)
    it(`shows nothing of ${name} to the gateway, unless it is forced to`, async () => {
      const film = filmOf(Buffer.from(content), name, type);
      const { seen, asked } = await look(film, { plan: noPlan });
      assert.deepEqual(asked, []);
      assert.ok(seen.kind === 'useless' && seen.mayBeWrong);
      assert.equal((await look(film, { plan: noPlan, isForced: true })).asked.length, 1);
    });

  for (const [name, type] of [
    ['recording', ''],
    ['holiday.txt', 'text/plain'],
    ['Vol. 2', ''],
  ] as const)
    it(`takes ${name} for a film by its first bytes`, async () => {
      const { seen, asked } = await look(filmOf(filmBytes(), name, type), { plan: noPlan });
      assert.deepEqual([seen.kind, asked.length], ['found', 1]);
    });

  it('looks for a film behind zeros, as the gateway does', async () => {
    const padded = Buffer.concat([
      Buffer.alloc(200_000),
      Buffer.from('ID3\x04\0\0\0\0\0\0'),
      randomBytes(5_000),
    ]);
    assert.equal((await look(filmOf(padded, 'song.mp3'), { plan: noPlan })).seen.kind, 'found');
    const zeros = await look(filmOf(Buffer.alloc(200_000), 'film.mp4', 'video/mp4'), { plan: noPlan });
    assert.deepEqual([zeros.seen.kind, zeros.asked], ['useless', []]);
  });

  it('takes a file without a telling name for a film where it has a plan for it', async () => {
    assert.equal((await look(filmOf(randomBytes(5_000), 'recording'))).seen.kind, 'found');
  });

  it('says that a file is empty', async () => {
    const { seen, asked } = await look(filmOf(new Uint8Array()));
    assert.ok(seen.kind === 'useless' && seen.fault.code === 'empty_file');
    assert.deepEqual(asked, []);
  });
});
