import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import type { Conversion } from '../../../../../services/gateway/cli/convert/command-line.ts';
import { convertAll } from '../../../../../services/gateway/cli/convert/convert-all.ts';
import { fetchLaterCommands } from '../../../../../services/gateway/cli/convert/fetch-later-command.ts';
import { createJournal } from '../../../../../services/gateway/cli/convert/journal.ts';
import type { Target } from '../../../../../services/gateway/cli/files/target.ts';
import { ProblemError } from '../../../../../services/gateway/client/http/errors.ts';
import { requestTokens } from '../../../../../services/gateway/client/session/accounts.ts';
import { createSession } from '../../../../../services/gateway/client/session/session.ts';
import { createMemoryTokens } from '../../../../../services/gateway/client/session/tokens.ts';
import { createMemoryUploads } from '../../../../../services/gateway/client/uploads/upload-store.ts';
import { baseOf } from '../../../../../services/shared/jobs/job.ts';
import { jobView } from '../../../../../services/shared/jobs/job-view.ts';
import { failed } from '../../../../support/job.ts';
import { createTestClock } from '../../client/test-clock.ts';
import { createTestGateway, mp4 } from '../../client/test-gateway.ts';
import { probeAnswer } from '../../client/test-probes.ts';
import { URL_OF_GATEWAY } from '../../client/test-transport.ts';
import { recordedReporter, temporaryFolder } from '../test-terminal.ts';

const USER = { email: 'ann@example.com', password: 'open sesame' };

/** The command in a folder of videos, against the real gateway. */
async function build(context: TestContext, files: Record<string, Buffer> = { 'a.mp4': mp4(500_000) }) {
  const system = createTestGateway(context);
  system.users.set(USER.email, USER.password);
  const cwd = await temporaryFolder(context);
  for (const [name, bytes] of Object.entries(files)) await writeFile(path.join(cwd, name), bytes);
  const { lines, reporter } = recordedReporter();
  const pending = new Map<string, Target>();
  const journal = createJournal(path.join(await temporaryFolder(context), 'journal'));
  const stdout = new PassThrough();
  const clock = { ...createTestClock(), sleep: async () => undefined };
  const stop = new AbortController();
  const { signal } = stop;
  const { transport } = system;
  const logIn = () => requestTokens(transport, USER, signal);
  const openSession = async () => {
    const session = createSession({ transport, tokens: createMemoryTokens(), clock, logIn, signal });
    session.start(await logIn());
    return session;
  };
  const run = (command: Partial<Conversion>) =>
    convertAll(
      {
        ...{ kind: 'convert', files: ['a.mp4'], job: undefined, output: undefined, options: {} },
        ...{ url: URL_OF_GATEWAY, email: undefined, force: false, quiet: false, json: false, probe: false },
        ...{ recursive: false, watch: undefined, whole: false },
        ...command,
      },
      {
        ...{ clock, reporter, pending, signal, cwd, stdout, stdoutIsTerminal: false },
        ...{ openSession, journal, uploads: createMemoryUploads() },
      },
    );
  const printed = () => String(stdout.read() ?? '');
  return { ...system, cwd, lines, pending, run, stop, printed, folder: () => readdir(cwd) };
}

describe('convertAll', () => {
  it('converts a video to an MP3 beside it', async (context) => {
    const { run, cwd, audio, lines, pending, folder } = await build(context);
    assert.equal(await run({ options: { bitrate: '192' } }), 0);
    assert.deepEqual(await folder(), ['a.mp3', 'a.mp4']);
    assert.deepEqual(await readFile(path.join(cwd, 'a.mp3')), audio);
    assert.match(lines.join('\n'), /Sending a\.mp4.*\nSent a\.mp4, 500\.0 kB: job [\da-f-]{36}\n/);
    assert.equal(lines.at(-1), '✔ a.mp4 → a.mp3  300.0 kB, 0:02');
    assert.equal(pending.size, 0);
  });

  it('prints nothing on the standard output without --json', async (context) => {
    const { run, printed } = await build(context);
    assert.equal(await run({}), 0);
    assert.equal(printed(), '');
  });

  it('prints each job that has ended as one line of ASCII with --json, also one that has failed', async (context) => {
    const names = ['mute \u202e.mp4', 'b.mp4'];
    const { run, converter, done, printed } = await build(context, {
      [names[0] ?? '']: mp4(1000),
      [names[1] ?? '']: mp4(2000),
    });
    converter.run = async (job) =>
      job.source.size === 1000
        ? failed({ ...baseOf(job), error: { code: 'no_audio', detail: 'the video has no sound' } })
        : done(job);
    assert.equal(await run({ files: names, json: true, options: { preset: 'podcast', title: 'Ü' } }), 1);
    const text = printed();
    assert.match(text, /^([ -~]+\n){2}$/);
    const jobs = text
      .trim()
      .split('\n')
      .map((line) => jobView.parse(JSON.parse(line)));
    assert.deepEqual(
      jobs.map(({ status, error, options }) => [status, error?.code, options]),
      [
        ['failed', 'no_audio', { bitrate: 96, channels: 1, normalize: -16, title: 'Ü' }],
        ['done', undefined, { bitrate: 96, channels: 1, normalize: -16, title: 'Ü' }],
      ],
    );
  });

  it('converts several videos at the same time, and saves the MP3s in a folder', async (context) => {
    const { run, lines, folder, cwd } = await build(context, { 'a.mp4': mp4(1000), 'b.mp4': mp4(2000) });
    assert.equal(await run({ files: ['a.mp4', 'b.mp4'], output: 'out' }), 0);
    assert.deepEqual(await readdir(path.join(cwd, 'out')), ['a.mp3', 'b.mp3']);
    assert.deepEqual(await folder(), ['a.mp4', 'b.mp4', 'out']);
    assert.equal(lines.filter((line) => line.startsWith('✔')).length, 2);
    assert.match(lines.join('\n'), /^0 of 2 saved: sending [12]$/m);
    assert.equal(lines.at(-1), '2 of 2 films are converted.');
  });

  it('reports a failed conversion in a sentence, and converts the other videos', async (context) => {
    const { run, lines, converter, done, folder, pending } = await build(context, {
      'mute.mp4': mp4(1000),
      'b.mp4': mp4(2000),
    });
    converter.run = async (job) =>
      job.filename === 'mute.mp4'
        ? failed({ ...baseOf(job), error: { code: 'no_audio', detail: 'the video has no sound' } })
        : done(job);
    assert.equal(await run({ files: ['mute.mp4', 'b.mp4'] }), 1);
    assert.ok(lines.includes('✘ mute.mp4: the video has no sound (no_audio)'));
    assert.deepEqual(await folder(), ['b.mp3', 'b.mp4', 'mute.mp4']);
    assert.equal(pending.size, 0);
  });

  it('saves an MP3 from which sound is missing, and says so first', async (context) => {
    const { run, lines, converter, done, cwd, audio } = await build(context);
    const detail = 'Only 42 of 90 minutes could be converted: the end of the file is missing.';
    const warnings = [
      { code: 'downmixed', detail: 'The sound has 6 channels, which were mixed to 2.' },
      { code: 'truncated', detail, seconds: 2520, of_seconds: 5400 },
    ];
    converter.run = async (job) => ({ ...(await done(job)), warnings });
    assert.equal(await run({}), 0);
    assert.deepEqual(await readFile(path.join(cwd, 'a.mp3')), audio);
    assert.deepEqual(lines.slice(-3), [
      `⚠ a.mp4: ${detail}`,
      '✔ a.mp4 → a.mp3  300.0 kB, 0:02',
      '  Note: The sound has 6 channels, which were mixed to 2.',
    ]);
  });

  const REFUSED: [what: string, bytes: Buffer, message: RegExp][] = [
    ['a file that is no video', Buffer.alloc(7_000_000, 'text '), /✘ a\.mp4: .*\(not_media\)/],
    [
      'a file that is too large',
      mp4(9_000_000),
      /✘ a\.mp4: a file may have 8388608 bytes at most \(too_large\)/,
    ],
  ];
  for (const [what, bytes, message] of REFUSED) {
    it(`reports that the gateway refuses ${what}`, async (context) => {
      const { run, lines, state } = await build(context, { 'a.mp4': bytes });
      assert.equal(await run({}), 1);
      assert.match(lines.at(-1) ?? '', message);
      // What remains is the idempotency key and, of a resumable upload, a tombstone and its entry for the sweep.
      assert.deepEqual(
        state.keys().filter((key) => !/^(idem|uploads?):/.test(key)),
        [],
      );
    });
  }

  it('sends nothing where a target cannot be written or a video cannot be read', async (context) => {
    const { run, calls } = await build(context, { 'a.mp4': mp4(1000), 'a.mp3': Buffer.from('mine') });
    await assert.rejects(run({}), /a\.mp3 exists/);
    await assert.rejects(
      run({ files: ['a.mp4', 'nothing.mp4'], force: true }),
      /nothing\.mp4: there is no such file/,
    );
    assert.deepEqual(calls, []);
    assert.equal(await run({ force: true }), 0);
  });

  it('leaves an interrupted job to the server, and says how to fetch it later', async (context) => {
    const { run, converter, done, pending, stop, folder, jobs } = await build(context);
    const begun = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    converter.run = async (job) => {
      begun.resolve();
      await finish.promise;
      return done(job);
    };
    const running = run({});
    await begun.promise;
    // The job is known once the response to the upload has arrived.
    while (pending.size === 0) await new Promise(setImmediate);
    stop.abort(new Error('interrupted'));
    await assert.rejects(running, /interrupted|aborted/);
    assert.deepEqual(await folder(), ['a.mp4']);
    const [id = ''] = pending.keys();
    assert.equal((await jobs.get(id)).document.status, 'queued');
    finish.resolve();

    assert.match(
      fetchLaterCommands(pending, { url: URL_OF_GATEWAY, email: undefined }, 'mp3 download').join('\n'),
      new RegExp(`mp3 download ${id} -o `),
    );
  });

  it('reports a job that is cancelled or deleted meanwhile, and does not offer to fetch it later', async (context) => {
    const { run, converter, jobs, changes, lines, pending, folder } = await build(context, {
      'a.mp4': mp4(1000),
      'b.mp4': mp4(2000),
    });
    converter.run = async ({ id, filename }) => {
      const { document } = await jobs.get(id);
      if (filename === 'b.mp4') await changes.delete(document);
      else await changes.cancel(document);
      return undefined;
    };
    assert.equal(await run({ files: ['a.mp4', 'b.mp4'] }), 2);
    assert.deepEqual(lines.filter((line) => /films|✘/.test(line)).sort(), [
      '0 of 2 films are converted. 2 failed.',
      '✘ a.mp4: the job was cancelled; send the file again to convert it.',
      '✘ b.mp4: the job does not exist any more: it was deleted, or has expired.',
    ]);
    assert.deepEqual([pending.size, await folder()], [0, ['a.mp4', 'b.mp4']]);
  });

  it('fetches the MP3 of an earlier job for the same video', async (context) => {
    const { run, converter, lines, cwd, audio } = await build(context);
    assert.equal(await run({}), 0);
    converter.run = () => assert.fail('it is not converted twice');
    assert.equal(await run({ output: 'again.mp3' }), 0);
    assert.deepEqual(await readFile(path.join(cwd, 'again.mp3')), audio);
    const sent = lines.filter((line) => line.startsWith('Sent'));
    const ids = sent.map((line) => /job ([\da-f-]{36})/.exec(line)?.[1]);
    assert.equal(ids[0], ids[1]);
    assert.match(sent[1] ?? '', /; it was converted before$/);
  });

  it('uses another idempotency key for each file and each run', async (context) => {
    const keys: string[] = [];
    const { run, transport, lines } = await build(context, { 'a.mp4': mp4(1000), 'b.mp4': mp4(2000) });
    const { send } = transport;
    transport.send = (call) => {
      if (call.path === '/upload') keys.push(String(call.headers?.['idempotency-key']));
      return send(call);
    };
    await run({ files: ['a.mp4', 'b.mp4'] });
    await run({ files: ['a.mp4'], force: true });
    assert.equal(new Set(keys).size, 3, lines.join('\n'));
    for (const key of keys) assert.match(key, /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  });

  it('says that the gateway may have taken the file when it is interrupted before the confirmation', async (context) => {
    const { run, transport, lines, stop, pending } = await build(context);
    const { send } = transport;
    transport.send = async (call) => {
      const reply = await send(call);
      if (call.path === '/upload') {
        stop.abort(new Error('interrupted'));
        throw stop.signal.reason;
      }
      return reply;
    };
    await assert.rejects(run({}), /interrupted/);
    assert.match(lines.at(-1) ?? '', /a\.mp4 was sent completely, .* you will get a mail\./);
    assert.equal(pending.size, 0);
  });

  it('fetches the MP3 of --job under the name of its video', async (context) => {
    const { run, cwd, audio, lines } = await build(context);
    await run({});
    const id = /job ([\da-f-]{36})/.exec(lines.join('\n'))?.[1];
    await assert.rejects(run({ files: [], job: id }), /a\.mp3 exists/);
    assert.equal(await run({ files: [], job: id, output: 'again.mp3' }), 0);
    assert.deepEqual(await readFile(path.join(cwd, 'again.mp3')), audio);
  });

  it('reports that the job of --job does not exist', async (context) => {
    const { run, lines } = await build(context);
    assert.equal(await run({ files: [], job: '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10' }), 1);
    assert.match(lines.join('\n'), /there is no such job \(not_found\)/);
  });
});

describe('convertAll with --probe', () => {
  it('prints a table and makes no job and no file', async (context) => {
    const { run, printed, folder, probes } = await build(context);
    assert.equal(await run({ probe: true, options: { track: '2' } }), 0);
    assert.match(printed(), /^a\.mp4 {2}500\.0 kB\n {2}format .*\n(.*\n)*.*\* 2 {6}aac, deu, 6 channels\n/);
    assert.deepEqual(probes.asked[0]?.options, { quality: 2, track: 2 });
    assert.deepEqual(await folder(), ['a.mp4']);
  });

  it('prints one line of ASCII for each file with --json', async (context) => {
    const { run, printed } = await build(context, { 'a.mp4': mp4(1000), 'ü.mp4': mp4(2000) });
    assert.equal(await run({ probe: true, json: true, files: ['a.mp4', 'ü.mp4'] }), 0);
    const lines = printed().trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      ['a.mp4', 'ü.mp4'].map((filename) => ({ filename, ...probeAnswer() })),
    );
    assert.doesNotMatch(lines.join(''), /[^\x20-\x7e]/);
  });

  it('fails for a file of which no MP3 can be made, after it has printed what is known', async (context) => {
    const { run, printed, lines, probes } = await build(context);
    probes.answer = () => probeAnswer({ error: { code: 'no_audio', detail: 'the file has no sound' } });
    assert.equal(await run({ probe: true }), 1);
    assert.match(printed(), /a\.mp4/);
    assert.match(lines.join('\n'), /a\.mp4: the file has no sound \(no_audio\)/);
  });

  it('tells programs of a file about which nothing is known, and goes on', async (context) => {
    const { run, printed, transport } = await build(context, { 'a.mp4': mp4(1000), 'b.mp4': mp4(2000) });
    const { send } = transport;
    let probes = 0;
    transport.send = (request) => {
      if (request.path !== '/probe' || probes++ > 0) return send(request);
      throw new ProblemError('it is too large', { status: 413, code: 'too_large' });
    };
    assert.equal(await run({ probe: true, json: true, files: ['a.mp4', 'b.mp4'] }), 1);
    const documents = printed()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      documents.map(({ filename, error }) => [filename, error?.code]),
      [
        ['a.mp4', 'too_large'],
        ['b.mp4', undefined],
      ],
    );
  });
});
