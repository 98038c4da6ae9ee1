import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalProcess } from '../../deploy/process/child.ts';
import { planSound } from '../../services/gateway/sound/plan-sound.ts';
import { type Account, client } from '../support/client.ts';
import { openFile } from '../support/local-file.ts';
import { freeBox, longSilence, media, tone } from '../support/media.ts';
import { startTestSystem } from '../support/start-system.ts';
import { type SystemUnderTest, systemsUnderTest } from '../support/systems-under-test.ts';
import { waitFor } from '../support/wait.ts';

const MIB = 1024 ** 2;
/** Milliseconds of one MiB on the line. The encoder is faster. */
const PACE_MS = 250;
/** The same for the sound of a film, which is a third as large and takes as long to encode. */
const SOUND_PACE_MS = 600;
/** Without a rule, a third of the films would go to the converter that has begun. */
const RUNS = 3;
/** A gateway that asks only one of three converters fails in the runs in which the sidecar chooses the busy one. */
const RUNS_BESIDE = 2;

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

/** A film with its index at the end, as most cameras write it. */
const cameraFilm = () => film('camera.mov', '-c:a', 'pcm_s24le', '-ar', '96000', '-ac', '2');

const films = [
  {
    name: 'a film',
    make: () => film('noise.mkv', '-c:a', 'libopus'),
    send: (path: string) => readFile(path),
    paceMs: PACE_MS,
  },
  {
    name: 'the sound of a film with its index at the end',
    make: cameraFilm,
    send: soundOf,
    paceMs: SOUND_PACE_MS,
  },
];

interface SlowUpload {
  account: Account;
  bytes: Buffer;
  name: string;
  /** Milliseconds of one MiB. */
  paceMs: number;
  midway?: () => unknown;
}

/** Sends a film by tus on a slow line, and calls `midway` when two thirds are sent. Returns the id of the job that it becomes. */
async function sendSlowly(
  system: SystemUnderTest,
  { account, bytes, name, paceMs, midway }: SlowUpload,
): Promise<string> {
  const api = client(system.gatewayUrl);
  const headers = { ...api.bearer(account), 'tus-resumable': '1.0.0' };
  const created = await api.send('/uploads', {
    method: 'POST',
    headers: {
      ...headers,
      'upload-length': String(bytes.length),
      'upload-metadata': `filename ${Buffer.from(name).toString('base64')}`,
    },
  });
  assert.equal(created.status, 201);
  const upload = new URL(created.headers.get('location') ?? '', system.gatewayUrl).pathname;
  let isMidway = false;
  const line = async function* () {
    for (let at = 0; at < bytes.length; at += MIB) {
      await sleep(paceMs);
      if (at >= (bytes.length * 2) / 3 && !isMidway) {
        isMidway = true;
        await midway?.();
      }
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
  return job.id;
}

for (const system of systemsUnderTest()) {
  describe(`a slow line to a system over ${system.name}`, () => {
    const api = client(system.gatewayUrl);

    for (const { name, make, send, paceMs } of films) {
      it(`has ${name} converted while it is being uploaded, to the same MP3 as by POST /upload`, async () => {
        const path = await make();
        const account = await api.newAccount();
        const bytes = await send(path);
        const id = await sendSlowly(system, { account, bytes, name: basename(path), paceMs });
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

describe('a slow line to a system with three converters', () => {
  it('has each film converted by the one that has begun with it, also while another one is busy, and by any other where that was killed', async (context) => {
    const runDir = mkdtempSync(join(process.env.TEST_FOLDER ?? tmpdir(), 'early-'));
    const launched = await startTestSystem({
      ...{ runDir, name: 'early', choice: { blobs: 'sqlite' }, replicas: { converter: 3 } },
      repoRoot: resolve(import.meta.dirname, '../..'),
      report: () => undefined,
      signal: new AbortController().signal,
    });
    context.after(async () => {
      await launched.stop();
      rmSync(runDir, { recursive: true, force: true });
    });
    const system = launched.view;
    const api = client(system.gatewayUrl);
    const account = await api.newAccount();
    const film = await soundOf(await cameraFilm());
    for (let run = 0; run < RUNS; run++) {
      // The number of the run makes it another film, which is not recognised.
      const bytes = Buffer.concat([film, freeBox(Buffer.from(`run ${run}`))]);
      const id = await sendSlowly(system, { account, bytes, name: `${run}.mov`, paceMs: SOUND_PACE_MS });
      const job = await api.finished(account, id);
      assert.equal(job.status, 'done', JSON.stringify(job.error));
      assert.equal(job.attempts, 1);
      assert.ok(await wasEarly(system.stateRoot, id), `the sound was encoded after the upload in run ${run}`);
    }

    // A converter that works on this has no idle core for others. The cores of the machine are busy, so that the sound may be late.
    const long = (await (await api.uploadForm(account, await longSilence(), '?bitrate=320')).json()) as {
      id: string;
    };
    await waitFor(
      'the long conversion',
      async () => (await api.job(account, long.id)).status === 'converting',
    );
    for (let run = 0; run < RUNS_BESIDE; run++) {
      const bytes = Buffer.concat([film, freeBox(Buffer.from(`run ${run} beside a long film`))]);
      const isBegun = async () => (await countBegins(system.stateRoot)) > RUNS + run;
      const id = await sendSlowly(system, {
        ...{ account, bytes, name: `beside-${run}.mov`, paceMs: PACE_MS },
        midway: () => waitFor('a converter that begins', isBegun),
      });
      const job = await api.finished(account, id);
      assert.equal(job.status, 'done', JSON.stringify(job.error));
    }
    await api.send(`/jobs/${long.id}/cancel`, { method: 'POST', headers: api.bearer(account) });

    const converters = Object.entries(launched.system.instances).filter(([name]) =>
      name.startsWith('converter'),
    );
    assert.equal(converters.length, 3);
    const killed = await sendSlowly(system, {
      ...{ account, bytes: film, name: 'killed.mov', paceMs: PACE_MS },
      midway: () => {
        for (const [, { appPid }] of converters) if (appPid !== undefined) signalProcess(appPid, 'SIGKILL');
      },
    });
    const job = await api.finished(account, killed);
    assert.equal(job.status, 'done', JSON.stringify(job.error));
    assert.equal(job.attempts, 1);
    assert.equal(await wasEarly(system.stateRoot, killed), false);
  });
});

/** Whether the converter says so in its log. */
const wasEarly = async (stateRoot: string, id: string): Promise<boolean> =>
  (await logged(stateRoot, 'converter')).some(
    (line) => line.includes(id) && line.includes('MP3 made') && line.includes('"early":true'),
  );

/** How often a converter has told the gateway that it begins. */
const countBegins = async (stateRoot: string): Promise<number> =>
  (await logged(stateRoot, 'gateway')).filter(
    (line) => line.includes('a converter was asked to begin early') && line.includes('"status":202'),
  ).length;

/** The lines in the logs of all processes of a service. */
async function logged(stateRoot: string, service: string): Promise<string[]> {
  const root = join(stateRoot, '.data');
  const names = await readdir(root, { recursive: true });
  const own = names.filter((name) => basename(name).startsWith(service) && name.endsWith('.log'));
  const logs = await Promise.all(own.map((name) => readFile(join(root, name), 'utf8')));
  return logs.flatMap((log) => log.split('\n'));
}
