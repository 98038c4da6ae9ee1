import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findMp3Fault } from '../../verdict/check-mp3.ts';

describe('findMp3Fault(check)', () => {
  const source = {
    size: 1,
    sha256: 'source',
    duration_seconds: 1,
    tracks: null,
    original: null,
    kept: 'whole' as const,
  };
  const check = {
    sourceSha256: 'source',
    expectedSeconds: 1,
    download: async () => ({ status: 404, bytes: Buffer.alloc(0) }),
    folder: '/nowhere',
    durations: new Map(),
  };

  it('reports the warnings of a job, because its file is whole', async () => {
    const warnings = ['truncated', 'downmixed'].map((code) => ({ code, detail: 'x' }));
    assert.equal(
      await findMp3Fault({ ...check, job: { source, mp3: null, warnings } }),
      'has the warnings truncated, downmixed, although its file is whole',
    );
  });

  it('goes on to the download where there are none', async () => {
    assert.equal(
      await findMp3Fault({ ...check, job: { source, mp3: null, warnings: [] } }),
      'is done, and its download answers 404',
    );
  });
});
