import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readRequest, writeSparseFile } from '../../../../services/converter/probe/receive-file.ts';
import { encodeProbeRequest } from '../../../../services/shared/jobs/probe-request.ts';
import { inPieces, randomBytes, randomNumbers } from '../../../support/random.ts';

describe('writeSparseFile', () => {
  for (const seed of [1, 2, 3]) {
    it(`puts the parts where they belong, however the body is cut (seed ${seed})`, async (context) => {
      const folder = mkdtempSync(join(tmpdir(), 'mp3converter-receive-'));
      context.after(() => rmSync(folder, { recursive: true }));
      const random = randomNumbers(seed);
      for (let round = 0; round < 20; round += 1) {
        const [head, tail, hole] = [1 + random(3000), random(3000), random(2) * random(50_000)];
        const parts = randomBytes(head + tail, seed);
        const line = encodeProbeRequest({ options: {}, size: head + hole + tail, head, tail });
        const body = await readRequest(
          inPieces(Buffer.concat([line, parts]), 1 + random(2000), seed + round),
        );
        await writeSparseFile(folder, body);
        const content = readFileSync(join(folder, 'input'));
        rmSync(join(folder, 'input'));
        const whole = Buffer.concat([parts.subarray(0, head), Buffer.alloc(hole), parts.subarray(head)]);
        assert.ok(content.equals(whole), `${head} + ${hole} + ${tail}`);
      }
    });
  }
});
