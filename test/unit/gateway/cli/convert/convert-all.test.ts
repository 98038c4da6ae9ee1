import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { type TestContext, test } from 'node:test';
import type { Conversion } from '../../../../../services/gateway/cli/convert/command-line.ts';
import { convertAll } from '../../../../../services/gateway/cli/convert/convert-all.ts';
import { howToFetch } from '../../../../../services/gateway/cli/convert/later.ts';
import { openSession } from '../../../../../services/gateway/cli/convert/session.ts';
import type { Target } from '../../../../../services/gateway/cli/convert/target.ts';
import { baseOf } from '../../../../../services/shared/jobs/job.ts';
import { failed } from '../../../../support/job.ts';
import { memorySystem, mp4, quickClock, recorder, temporaryFolder, URL_OF_GATEWAY } from './setting.ts';

const USER = { email: 'ann@example.com', password: 'open sesame' };

/** A folder of videos, and the program against the real gateway. */
async function build(context: TestContext, files: Record<string, Buffer> = { 'a.mp4': mp4(500_000) }) {
  const system = memorySystem(context);
  system.users.set(USER.email, USER.password);
  const cwd = await temporaryFolder(context);
  for (const [name, bytes] of Object.entries(files)) await writeFile(path.join(cwd, name), bytes);
  const { lines, reporter } = recorder();
  const pending = new Map<string, Target>();
  const clock = { ...quickClock(), sleep: async () => undefined };
  const stop = new AbortController();
  const { signal } = stop;
  const login = async () => {
    const authorization = `Basic ${Buffer.from(`${USER.email}:${USER.password}`).toString('base64')}`;
    const reply = await system.gateway.send({
      method: 'POST',
      path: '/login',
      headers: { authorization },
      signal,
    });
    return (await reply.body.json()) as Awaited<ReturnType<Parameters<typeof openSession>[1]>>;
  };
  const run = (command: Partial<Conversion>) =>
    convertAll(
      {
        ...{ kind: 'convert', files: ['a.mp4'], job: undefined, output: undefined, options: {} },
        ...{ url: URL_OF_GATEWAY, email: undefined, force: false, quiet: false },
        ...command,
      },
      {
        ...{ clock, reporter, pending, signal, cwd, stdout: new PassThrough(), stdoutIsTerminal: false },
        openSession: () => openSession(system.gateway, login, { clock, signal }),
      },
    );
  return { ...system, cwd, lines, pending, run, stop, folder: () => readdir(cwd) };
}

test('a video becomes an MP3 beside it', async (context) => {
  const { run, cwd, audio, lines, pending, folder } = await build(context);
  assert.equal(await run({ options: { bitrate: '192' } }), 0);
  assert.deepEqual(await folder(), ['a.mp3', 'a.mp4']);
  assert.deepEqual(await readFile(path.join(cwd, 'a.mp3')), audio);
  assert.match(lines.join('\n'), /Sending a\.mp4.*\nSent a\.mp4, 488\.3 KiB: job [\da-f-]{36}\n/);
  assert.equal(lines.at(-1), '✔ a.mp4 → a.mp3  293.0 KiB, 0:02');
  assert.equal(pending.size, 0);
});

test('several go into a folder, all sent before the first is waited for', async (context) => {
  const { run, lines, folder, cwd } = await build(context, { 'a.mp4': mp4(1000), 'b.mp4': mp4(2000) });
  assert.equal(await run({ files: ['a.mp4', 'b.mp4'], output: 'out' }), 0);
  assert.deepEqual(await readdir(path.join(cwd, 'out')), ['a.mp3', 'b.mp3']);
  assert.deepEqual(await folder(), ['a.mp4', 'b.mp4', 'out']);
  const order = lines.flatMap((line) => /^(Sent|Converting|✔)/.exec(line)?.[0] ?? []);
  assert.deepEqual(order.slice(0, 3), ['Sent', 'Sent', 'Converting']);
});

test('what the converter refuses is said in a sentence, and the others are done', async (context) => {
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

const REFUSED: [name: string, bytes: Buffer, message: RegExp][] = [
  [
    'what is no media file, after its first bytes',
    Buffer.alloc(7_000_000, 'text '),
    /✘ a\.mp4: .*\(not_media\)/,
  ],
  ['what is too large', mp4(9_000_000), /✘ a\.mp4: a file may have 8388608 bytes at most \(too_large\)/],
];
for (const [name, bytes, message] of REFUSED) {
  test(`the gateway refuses ${name}`, async (context) => {
    const { run, lines, state } = await build(context, { 'a.mp4': bytes });
    assert.equal(await run({}), 1);
    assert.match(lines.at(-1) ?? '', message);
    // The key of the upload is kept, for who sends it again.
    assert.deepEqual(
      state.keys().filter((key) => !key.startsWith('idem:')),
      [],
    );
  });
}

test('what cannot be written is refused before anything is sent', async (context) => {
  const { run, calls } = await build(context, { 'a.mp4': mp4(1000), 'a.mp3': Buffer.from('mine') });
  await assert.rejects(run({}), /a\.mp3 exists/);
  await assert.rejects(
    run({ files: ['a.mp4', 'nothing.mp4'], force: true }),
    /nothing\.mp4: there is no such file/,
  );
  assert.deepEqual(calls, []);
  assert.equal(await run({ force: true }), 0);
});

test('an interrupted job goes on at the server and can be fetched later', async (context) => {
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
  // The answer to the upload is on its way at this point; the job is known once it has come.
  while (pending.size === 0) await new Promise(setImmediate);
  stop.abort(new Error('interrupted'));
  await assert.rejects(running, /interrupted|aborted/);
  assert.deepEqual(await folder(), ['a.mp4']);
  const [id = ''] = pending.keys();
  assert.equal((await jobs.get(id)).document.status, 'queued');
  finish.resolve();

  assert.match(
    howToFetch(pending, { url: URL_OF_GATEWAY, email: undefined }).join('\n'),
    new RegExp(`--job ${id} -o `),
  );
});

test('a job that is cancelled or deleted meanwhile is told of, and not to be fetched later', async (context) => {
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
  assert.deepEqual(lines.slice(-2), [
    '✘ a.mp4: the job was cancelled; send the file again to convert it.',
    '✘ b.mp4: the job does not exist any more: it was deleted, or has expired.',
  ]);
  assert.deepEqual([pending.size, await folder()], [0, ['a.mp4', 'b.mp4']]);
});

test('what was converted before is fetched at once, as the same job', async (context) => {
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

test('each file and each run has a key of its own', async (context) => {
  const keys: string[] = [];
  const { run, gateway, lines } = await build(context, { 'a.mp4': mp4(1000), 'b.mp4': mp4(2000) });
  const { send } = gateway;
  gateway.send = (call) => {
    if (call.path === '/upload') keys.push(String(call.headers?.['idempotency-key']));
    return send(call);
  };
  await run({ files: ['a.mp4', 'b.mp4'] });
  await run({ files: ['a.mp4'], force: true });
  assert.equal(new Set(keys).size, 3, lines.join('\n'));
  for (const key of keys) assert.match(key, /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
});

test('who interrupts before the gateway has confirmed hears that it may have taken the file', async (context) => {
  const { run, gateway, lines, stop, pending } = await build(context);
  const { send } = gateway;
  gateway.send = async (call) => {
    const reply = await send(call);
    if (call.path === '/upload') {
      stop.abort(new Error('interrupted'));
      throw stop.signal.reason;
    }
    return reply;
  };
  await assert.rejects(run({}), /interrupted/);
  assert.match(lines.at(-1) ?? '', /a\.mp4 was sent whole, .* a mail comes\./);
  assert.equal(pending.size, 0);
});

test('--job fetches what was sent before, under the name of the video', async (context) => {
  const { run, cwd, audio, lines } = await build(context);
  await run({});
  const id = /job ([\da-f-]{36})/.exec(lines.join('\n'))?.[1];
  await assert.rejects(run({ files: [], job: id }), /a\.mp3 exists/);
  assert.equal(await run({ files: [], job: id, output: 'again.mp3' }), 0);
  assert.deepEqual(await readFile(path.join(cwd, 'again.mp3')), audio);
});

test('a job of nobody is told of', async (context) => {
  const { run } = await build(context);
  await assert.rejects(
    run({ files: [], job: '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10' }),
    /there is no such job \(not_found\)/,
  );
});

test('the command that fetches later is one for a shell', () => {
  const pending = new Map<string, Target>([
    ['1', { kind: 'file', path: "/tmp/it's.mp3", force: false }],
    ['2', { kind: 'stdout' }],
    ['3', { kind: 'file', path: '/tmp/a.mp3', force: true }],
  ]);
  const lines = howToFetch(pending, { url: 'http://localhost:8080', email: 'ann@example.com' });
  assert.equal(
    lines[1],
    "  npm run convert -- --job 1 -o '/tmp/it'\\''s.mp3' --url http://localhost:8080 --email ann@example.com",
  );
  assert.match(lines[3] ?? '', /--job 2 -o - --url /);
  assert.match(lines[5] ?? '', /-o \/tmp\/a\.mp3 --force /);
});
