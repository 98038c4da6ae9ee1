import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { type Account, client, mailsTo, mailTo } from '../support/client.ts';
import { decodedSeconds, durationOf, file, media, picture, truncated, video } from '../support/media.ts';
import { soundFilm } from '../support/sound-films.ts';
import { storedKeys } from '../support/stored-keys.ts';
import { gatewaySidecar, systemsUnderTest } from '../support/systems-under-test.ts';
import { waitFor } from '../support/wait.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const linkIn = (html: string) => /href="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';

// The systems share nothing, and one test waits more than a minute for their sweeps. So it comes first, and others run beside it.
describe('the conversion of a video', { concurrency: true }, () => {
  for (const system of systemsUnderTest())
    describe(`over ${system.name}`, { concurrency: 2 }, () => {
      const api = client(system.gatewayUrl);

      it('removes the job from the index of active jobs after its mail, and later keeps only its MP3 in the store', async () => {
        const { account, id } = await converted(await video(2));
        const sidecar = gatewaySidecar(system);
        try {
          const closed = async () => {
            const shard = await sidecar.state.get(`open:${id.slice(-1)}`);
            return shard !== undefined && !shard.value.includes(id);
          };
          // The sweep closes a job after STALL_SECONDS.
          await waitFor('the sweep', closed, { timeoutMs: 180_000 });
          const stored = JSON.parse((await sidecar.state.get(`job:${id}`))?.value ?? assert.fail());
          const { video: blob, audio } = stored.document as { video: string; audio: string };
          const keys = (of: string) => [`blob:${of}`, `chunk:${of}:0`];
          const left = () => storedKeys(sidecar.state, [...keys(blob), ...keys(audio)]);
          // The sweep deletes the video after KEEP_VIDEO_SECONDS, which test/support/start-system.ts sets.
          await waitFor('the end of its video', async () => (await left()).length === 2, {
            timeoutMs: 120_000,
          });
          assert.deepEqual((await left()).sort(), keys(audio));
          const mp3 = await api.send(`/download/${id}`, { headers: api.bearer(account) });
          assert.equal(mp3.status, 200);
          assert.ok((await mp3.arrayBuffer()).byteLength > 0);
        } finally {
          await sidecar.close();
        }
      });

      it('makes an MP3 of the same length, and sends a mail with a link to it', async () => {
        const account = await api.newAccount();
        const path = await video(6);

        const accepted = await api.uploadForm(account, path, '?quality=2', 'Übung "eins" <b>.mp4');
        assert.equal(accepted.status, 202);
        const { id, status } = (await accepted.json()) as { id: string; status: string };
        assert.equal(status, 'queued');
        assert.equal(accepted.headers.get('location'), `/jobs/${id}`);

        const job = await api.finished(account, id);
        assert.equal(job.status, 'done', JSON.stringify(job.error));
        assert.equal(job.progress, 1);
        assert.equal(job.attempts, 1);
        assert.equal(job.source.sha256, sha256(await readFile(path)));

        const download = await api.send(`/download/${id}`, { headers: api.bearer(account) });
        assert.equal(download.headers.get('content-type'), 'audio/mpeg');
        assert.equal(download.headers.get('content-length'), String(job.mp3?.size));
        assert.match(download.headers.get('content-disposition') ?? '', /filename\*=UTF-8''%C3%9Cbung/);
        const mp3 = new Uint8Array(await download.arrayBuffer());
        assert.equal(sha256(mp3), job.mp3?.sha256);
        const saved = `${path}.${system.name}.mp3`;
        await writeFile(saved, mp3);
        assert.ok(Math.abs((await decodedSeconds(saved)) - (await durationOf(path))) < 0.1);

        const mail = await mailTo(system.mailUrl, account.email);
        assert.ok(!mail.html.includes('<b>.mp4'), 'the file name must be escaped');
        const linked = await fetch(linkIn(mail.html).replace(/^https?:\/\/[^/]+/, system.gatewayUrl));
        assert.equal(linked.status, 200);
        assert.equal(sha256(new Uint8Array(await linked.arrayBuffer())), job.mp3?.sha256);
        assert.equal((await mailsTo(system.mailUrl, account.email)).length, 1);
      });

      it('keeps only the sound of a film, says so, and makes the same MP3 as of all of it', async () => {
        const account = await api.newAccount();
        const path = await soundFilm({ name: 'film.mp4', picture: 'h264', sounds: ['aac'] });
        const convert = async (query: string) => {
          const accepted = await api.uploadForm(account, path, query);
          return api.finished(account, ((await accepted.json()) as { id: string }).id);
        };
        const [sound, whole] = [await convert('?quality=4'), await convert('?quality=4&whole=true')];
        assert.deepEqual([sound.source.kept, whole.source.kept], ['sound', 'whole']);
        const { size, sha256: hash } = whole.source;
        assert.deepEqual([sound.source.size, sound.source.sha256], [size, hash]);
        assert.equal(hash, sha256(await readFile(path)));
        assert.ok(sound.mp3);
        assert.equal(sound.mp3.sha256, whole.mp3?.sha256);
        const again = await api.send(`/jobs/${sound.id}/retry?cover=frame`, {
          method: 'POST',
          headers: api.bearer(account),
        });
        assert.equal(again.status, 422);
        assert.equal(((await again.json()) as { code: string }).code, 'invalid_option');
      });

      it('serves ranges of the MP3', async () => {
        const { account, id } = await converted(await video(2));
        const whole = new Uint8Array(
          await (await api.send(`/download/${id}`, { headers: api.bearer(account) })).arrayBuffer(),
        );
        const part = await api.send(`/download/${id}`, {
          headers: { ...api.bearer(account), range: 'bytes=100-299' },
        });
        assert.equal(part.status, 206);
        assert.equal(part.headers.get('content-range'), `bytes 100-299/${whole.length}`);
        assert.deepEqual(new Uint8Array(await part.arrayBuffer()), whole.subarray(100, 300));
      });

      it('answers 404 to other users', async () => {
        const { id } = await converted(await video(2));
        const stranger = await api.newAccount();
        for (const path of [`/jobs/${id}`, `/jobs/${id}/events`, `/download/${id}`]) {
          const response = await api.send(path, { headers: api.bearer(stranger) });
          assert.equal(response.status, 404, path);
        }
      });

      it('sends events until the job is done', async () => {
        const account = await api.newAccount();
        const { id } = (await (await api.uploadForm(account, await video(3))).json()) as { id: string };
        const events = await (await api.send(`/jobs/${id}/events`, { headers: api.bearer(account) })).text();
        const jobs = [...events.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? ''));
        assert.equal(jobs.at(-1).status, 'done');
        assert.equal(jobs.at(-1).id, id);
      });

      const fatal: [name: string, code: string, make: () => Promise<string>][] = [
        ['a video without sound', 'no_audio', () => media('silent.mp4', ...picture(2))],
        [
          'a video that is cut short, with its index at the end',
          'truncated',
          async () => truncated(await video(20, { faststart: false })),
        ],
        ['a file that only looks like media', 'not_media', () => file('fake.ogg', `OggS${'x'.repeat(2000)}`)],
      ];
      for (const [name, code, make] of fatal) {
        it(`fails once for ${name}, with ${code}, and mails the owner`, async () => {
          const account = await api.newAccount();
          const accepted = await api.uploadForm(account, await make());
          assert.equal(accepted.status, 202);
          const job = await api.finished(account, ((await accepted.json()) as { id: string }).id);
          assert.equal(job.status, 'failed');
          assert.equal(job.error?.code, code);
          assert.equal(job.attempts, 1);
          const mail = await mailTo(system.mailUrl, account.email);
          assert.doesNotMatch(mail.html, /\/download\//);
        });
      }

      it('converts what there is of a video that is cut short, and says how much that is', async () => {
        const { id, account } = await converted(await truncated(await video(20)));
        const job = await api.finished(account, id);
        const [warning] = job.warnings;
        assert.equal(warning?.code, 'truncated');
        assert.equal(Math.round(warning?.of_seconds ?? 0), 20);
        assert.ok(Math.abs((warning?.seconds ?? 0) - (job.mp3?.duration_seconds ?? 0)) < 0.2);
      });

      it('creates no job for an upload that is refused', async () => {
        const account = await api.newAccount();
        const refused = await api.uploadForm(account, await file('notes.mp4', 'just text'));
        assert.equal(refused.status, 415);
        const list = await api.send('/jobs', { headers: api.bearer(account) });
        assert.deepEqual(await list.json(), { jobs: [], next_cursor: null });
      });

      async function converted(path: string): Promise<{ account: Account; id: string }> {
        const account = await api.newAccount();
        const { id } = (await (await api.uploadForm(account, path)).json()) as { id: string };
        const job = await api.finished(account, id);
        assert.equal(job.status, 'done', JSON.stringify(job.error));
        return { account, id };
      }
    });
});
