import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { probeFile } from '../../../../services/gateway/client/probe.ts';
import { requestTokens } from '../../../../services/gateway/client/session/accounts.ts';
import { createSession } from '../../../../services/gateway/client/session/session.ts';
import { createMemoryTokens } from '../../../../services/gateway/client/session/tokens.ts';
import { overloaded } from '../../../../services/gateway/limits/quota.ts';
import { MAX_END_BYTES } from '../../../../services/shared/jobs/probe.ts';
import { createTestClock } from './test-clock.ts';
import { createTestGateway, mp4 } from './test-gateway.ts';
import { probeAnswer } from './test-probes.ts';

const USER = { email: 'ann@example.com', password: 'open sesame' };
const { signal } = new AbortController();
const MIB = 1024 * 1024;

async function build(context: TestContext, content: Buffer) {
  const { transport, users, probes } = createTestGateway(context, { maxUploadBytes: 100 * MIB });
  users.set(USER.email, USER.password);
  const clock = { ...createTestClock(), sleep: async () => undefined };
  const session = createSession({ transport, tokens: createMemoryTokens(), clock, signal });
  session.start(await requestTokens(transport, USER, signal));
  const file = {
    size: content.length,
    read: async (start: number, end: number) => new Uint8Array(content.subarray(start, end)),
  };
  const probe = (options = {}) => probeFile(session, file, { options, clock, signal });
  return { probe, probes };
}

const sizesOf = ({ head, tail, size }: { head: number; tail: number; size: number }) => [head, tail, size];

describe('probeFile', () => {
  it('sends the first and the last MiB of a film', async (context) => {
    const content = mp4(20 * MIB);
    const { probe, probes } = await build(context, content);
    assert.deepEqual(await probe({ track: '2' }), probeAnswer());
    assert.deepEqual(probes.asked.map(sizesOf), [[MIB, MIB, content.length]]);
    assert.deepEqual(probes.asked[0]?.options, { quality: 2, track: 2 });
    assert.ok(
      probes.asked[0]?.bytes.equals(Buffer.concat([content.subarray(0, MIB), content.subarray(-MIB)])),
    );
  });

  it('sends more where that is not enough, once', async (context) => {
    const { probe, probes } = await build(context, mp4(30 * MIB));
    probes.answer = () => probeAnswer({ complete: false });
    assert.equal((await probe()).complete, false);
    assert.deepEqual(probes.asked.map(sizesOf), [
      [MIB, MIB, 30 * MIB],
      [MAX_END_BYTES, MAX_END_BYTES, 30 * MIB],
    ]);
  });

  for (const size of [1000, MIB, MIB + 1, 2 * MIB]) {
    it(`sends the whole of a file of ${size} bytes, once`, async (context) => {
      const content = mp4(size);
      const { probe, probes } = await build(context, content);
      probes.answer = () => probeAnswer({ complete: false });
      await probe();
      assert.deepEqual(probes.asked.map(sizesOf), [[Math.min(size, MIB), Math.max(0, size - MIB), size]]);
      assert.ok(probes.asked[0]?.bytes.equals(content));
    });
  }

  it('tries again where the converter is busy', async (context) => {
    const { probe, probes } = await build(context, mp4(1000));
    let isBusy = true;
    probes.answer = () => {
      if (!isBusy) return probeAnswer();
      isBusy = false;
      throw overloaded('unavailable', 'busy', 1);
    };
    assert.deepEqual(await probe(), probeAnswer());
    assert.equal(probes.asked.length, 2);
  });
});
