import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { probe } from '../../../../../services/converter/ffmpeg/probe/probe.ts';
import { INPUT } from '../../../../../services/converter/ffmpeg/untrusted-input.ts';
import { frame, id3, text } from '../../../../hostile/bytes/id3.ts';
import { media, tone } from '../../../../support/media.ts';
import { sandboxRows } from '../../sandbox/sandboxes.ts';

const { signal } = new AbortController();
const rows = await sandboxRows(['ffmpeg', 'ffprobe'], signal);
const { sandbox, skip } = rows.at(-1) ?? { skip: 'there is no sandbox' };

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'mp3converter-slow-header-'));
});
after(() => rm(root, { recursive: true }));

/** Probes an MP3 with so many texts in its tag. */
async function probeWith(texts: number) {
  assert.ok(sandbox);
  const folder = await mkdtemp(join(root, 'attempt-'));
  const tag = id3([
    frame('PRIV', Buffer.alloc(1000)),
    ...Array.from({ length: texts }, (_, n) => text('TXXX', `name${n}\0value`)),
  ]);
  await writeFile(
    join(folder, INPUT),
    Buffer.concat([tag, await readFile(await media('a.mp3', ...tone(2)))]),
  );
  const tool = (path: string) => ({ path, sandbox });
  return probe({ ffmpeg: tool('ffmpeg'), ffprobe: tool('ffprobe'), folder, signal });
}

describe('probe › a header that takes long to read', { skip }, () => {
  it('is read where it has 2,000 tags', async () => {
    assert.equal((await probeWith(2000)).audio.codec, 'mp3');
  });

  it('is given up where 100,000 tags would take half a minute of processor time', () =>
    assert.rejects(probeWith(100_000), { code: 'conversion_failed', message: /too long to read/ }));
});
