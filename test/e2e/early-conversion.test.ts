import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { planSound } from '../../services/gateway/sound/plan-sound.ts';
import { client } from '../support/client.ts';
import { openFile } from '../support/local-file.ts';
import { media, tone } from '../support/media.ts';
import { systemsUnderTest } from '../support/systems-under-test.ts';

const MIB = 1024 ** 2;
/** Milliseconds of one MiB on the line. The encoder is faster. */
const PACE_MS = 250;

/** Noise and large sound, so that both take seconds on the line. */
const film = (name: string, ...codecs: string[]) =>
  media(
    name,
    ...['-f', 'lavfi', '-i', 'nullsrc=s=320x180:r=25:d=20,noise=alls=100:allf=t', ...tone(20)],
    ...['-c:v', 'mjpeg', '-q:v', '2', ...codecs],
  );

/** What the page and the command line send of a film. */
async function soundOf(path: string): Promise<Buffer> {
  await using whole = await openFile(path);
  const plan = await planSound(whole, {}, new AbortController().signal);
  assert.ok(plan, 'the film is sent whole');
  return Buffer.from(await plan.file.read(0, plan.file.size));
}

const films = [
  {
    name: 'a film',
    make: () => film('noise.mkv', '-c:a', 'libopus'),
    send: (path: string) => readFile(path),
  },
  {
    name: 'the sound of a film with its index at the end',
    make: () => film('camera.mov', '-c:a', 'pcm_s24le', '-ar', '96000', '-ac', '2'),
    send: soundOf,
  },
];

for (const system of systemsUnderTest()) {
  describe(`a slow line to a system over ${system.name}`, () => {
    const api = client(system.gatewayUrl);

    for (const { name, make, send } of films) {
      it(`has ${name} converted while it is being uploaded, to the same MP3 as by POST /upload`, async () => {
        const path = await make();
        const account = await api.newAccount();
        const headers = { ...api.bearer(account), 'tus-resumable': '1.0.0' };
        const bytes = await send(path);
        const created = await api.send('/uploads', {
          method: 'POST',
          headers: {
            ...headers,
            'upload-length': String(bytes.length),
            'upload-metadata': `filename ${Buffer.from(basename(path)).toString('base64')}`,
          },
        });
        assert.equal(created.status, 201);
        const upload = new URL(created.headers.get('location') ?? '', system.gatewayUrl).pathname;
        const line = async function* () {
          for (let at = 0; at < bytes.length; at += MIB) {
            await sleep(PACE_MS);
            yield bytes.subarray(at, at + MIB);
          }
        };
        const sent = await api.send(upload, {
          ...{ method: 'PATCH', body: ReadableStream.from(line()), duplex: 'half' },
          headers: { ...headers, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
        });
        assert.equal(sent.status, 204, await sent.text());
        const { job } = (await (await api.send(upload, { headers: api.bearer(account) })).json()) as {
          job: { id: string };
        };
        const { id } = job;
        const early = await api.finished(account, id);
        assert.equal(early.status, 'done', JSON.stringify(early.error));
        assert.ok(await wasEarly(system.stateRoot, id), 'the sound was encoded after the upload');

        const accepted = await api.uploadForm(account, path, '', `whole-${basename(path)}`);
        assert.equal(accepted.status, 202);
        const ordinary = await api.finished(account, ((await accepted.json()) as { id: string }).id);
        assert.equal(early.mp3?.sha256, ordinary.mp3?.sha256);
      });
    }
  });
}

/** Whether the converter says so in its log. */
async function wasEarly(stateRoot: string, id: string): Promise<boolean> {
  const root = join(stateRoot, '.data');
  const names = (await readdir(root, { recursive: true })).filter((name) => /converter.*\.log$/.test(name));
  const logs = await Promise.all(names.map((name) => readFile(join(root, name), 'utf8')));
  return logs
    .join('\n')
    .split('\n')
    .some((line) => line.includes(id) && line.includes('MP3 made') && line.includes('"early":true'));
}
