import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { openAsBlob } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { MAX_END_BYTES, type ProbeResult } from '../../services/shared/jobs/probe.ts';
import { type Account, client } from '../support/client.ts';
import { repoRoot } from '../support/markdown.ts';
import { file, media, picture, tone, video } from '../support/media.ts';
import { systemsUnderTest } from '../support/systems-under-test.ts';

const run = promisify(execFile);

for (const system of systemsUnderTest()) {
  describe(`POST /probe over ${system.name}`, () => {
    const api = client(system.gatewayUrl);
    const probe = (account: Account, query: string, body: Blob | FormData) =>
      api.send(`/probe${query}`, { method: 'POST', headers: api.bearer(account), body });

    it('says of a file in a form what the job says after the conversion', async () => {
      const account = await api.newAccount();
      const path = await video(6);
      const form = new FormData();
      form.append('file', await openAsBlob(path), 'film.mp4');
      form.append('bitrate', '128');
      const reply = await probe(account, '', form);
      assert.equal(reply.status, 200, await reply.clone().text());
      const probed = (await reply.json()) as ProbeResult;
      const accepted = await api.uploadForm(account, path, '?bitrate=128');
      const job = await api.finished(account, ((await accepted.json()) as { id: string }).id);
      assert.equal(job.status, 'done', JSON.stringify(job.error));
      assert.deepEqual(probed.tracks, job.source.tracks);
      assert.equal(probed.duration_seconds, job.source.duration_seconds);
      assert.deepEqual(probed.options, job.options);
      assert.equal(probed.error, null);
      const { size = 0, duration_seconds = 0 } = job.mp3 ?? {};
      assert.ok(Math.abs((probed.expected.size ?? 0) - size) < 2000, `${probed.expected.size} and ${size}`);
      assert.ok(Math.abs((probed.expected.duration_seconds ?? 0) - duration_seconds) < 0.1);
    });

    it('says the same of the ends of a file, and makes no job', async () => {
      const account = await api.newAccount();
      const path = await media('ends.mkv', ...picture(20), ...tone(20), '-c:v', 'mpeg4', '-c:a', 'aac');
      const bytes = await readFile(path);
      const [whole, ends] = await Promise.all([
        probe(account, '?quality=4', new Blob([bytes])),
        probe(
          account,
          `?quality=4&size=${bytes.length}&tail=50000`,
          new Blob([bytes.subarray(0, 100_000), bytes.subarray(-50_000)]),
        ),
      ]);
      assert.deepEqual([whole.status, ends.status], [200, 200]);
      // Two converters, and two moments, may have other averages of the time.
      const withoutTime = (result: ProbeResult) => ({
        ...result,
        expected: { ...result.expected, seconds: 0 },
      });
      assert.deepEqual(
        withoutTime((await ends.json()) as ProbeResult),
        withoutTime((await whole.json()) as ProbeResult),
      );
      const list = await api.send('/jobs', { headers: api.bearer(account) });
      assert.deepEqual(await list.json(), { jobs: [], next_cursor: null });
    });

    it('passes the longest ends of a large file through the sidecars', async () => {
      const account = await api.newAccount();
      const path = await media('large.wav', ...tone(45, { rate: 48_000 }), '-ac', '6', '-c:a', 'pcm_s16le');
      assert.ok((await stat(path)).size > 2 * MAX_END_BYTES + 1e6);
      const reply = await probe(account, `?comment=${'x'.repeat(500)}`, await openAsBlob(path));
      assert.equal(reply.status, 200, await reply.clone().text());
      const { complete, duration_seconds, tracks, warnings } = (await reply.json()) as ProbeResult;
      assert.deepEqual([complete, Math.round(duration_seconds ?? 0), tracks[0]?.channels], [true, 45, 6]);
      assert.ok(warnings.some(({ code }) => code === 'downmixed'));
    });

    it('lists the tracks where the one that is asked for does not exist', async () => {
      const account = await api.newAccount();
      const reply = await probe(account, '?track=9', await openAsBlob(await video(2)));
      const { code, detail } = (await reply.json()) as { code: string; detail: string };
      assert.deepEqual([reply.status, code], [422, 'invalid_option']);
      assert.match(detail, /no track 9, but 1/);
    });

    it('says why a job would fail', async () => {
      const account = await api.newAccount();
      const path = await file('broken.mkv', Buffer.from('1a45dfa3ffffffff', 'hex'));
      const { status, error } = await probe(account, '', await openAsBlob(path)).then(async (reply) => ({
        status: reply.status,
        ...((await reply.json()) as ProbeResult),
      }));
      assert.equal(status, 200);
      assert.ok(error);
    });

    it('is what the command line prints for a film of which it sends the ends', async (context) => {
      const folder = await mkdtemp(join(tmpdir(), 'mp3converter-probe-'));
      context.after(() => rm(folder, { recursive: true }));
      const path = await media('large.wav', ...tone(45, { rate: 48_000 }), '-ac', '6', '-c:a', 'pcm_s16le');
      const probed = await run(
        process.execPath,
        [join(repoRoot, 'services/gateway/cli/convert.ts'), '--probe', path, '--bitrate', '64'],
        { env: { ...process.env, INIT_CWD: folder, XDG_CONFIG_HOME: folder, MP3_URL: system.gatewayUrl } },
      );
      assert.match(probed.stdout, /^\S+large\.wav {2}25\.9 MB\n {2}format {4}wav\n {2}length {4}0:45\n/);
      assert.match(probed.stdout, /tracks {4}\* 1 {6}pcm_s16le, 6 channels\n/);
      assert.match(probed.stdout, /MP3 {7}about 36\d\.\d kB, 0:45, converted in about 0:0\d\n/);
    });

    it('is refused by the converter where it does not come from its sidecar', async () => {
      const url = `http://127.0.0.1:${system.apps.converter.appPort}/probe`;
      assert.equal((await fetch(url, { method: 'POST', body: 'x' })).status, 403);
    });
  });
}
