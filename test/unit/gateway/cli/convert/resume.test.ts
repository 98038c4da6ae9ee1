import assert from 'node:assert/strict';
import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { UnreachableError } from '../../../../../services/gateway/client/http/errors.ts';
import { baseOf } from '../../../../../services/shared/jobs/job.ts';
import { failed } from '../../../../support/job.ts';
import { mp4 } from '../../client/test-gateway.ts';
import { createTestProgram, documentsOf } from '../test-program.ts';

/** The program in a folder with `films/a.mp4`, `films/b/c.mkv` and others that are no films. */
async function build(context: TestContext) {
  const program = await createTestProgram(context);
  const { cwd, transport } = program;
  await mkdir(path.join(cwd, 'films', 'b'), { recursive: true });
  const files = { 'films/a.mp4': mp4(1000), 'films/b/c.mkv': mp4(2000), 'films/notes.txt': Buffer.from('x') };
  for (const [name, bytes] of Object.entries(files)) await writeFile(path.join(cwd, name), bytes);
  /** Paths of the uploads that were begun. */
  const sent: string[] = [];
  let watches = 0;
  const { send } = transport;
  transport.send = (request) => {
    if (request.path.endsWith('/events')) watches += 1;
    if (request.method === 'POST' && /^\/uploads?$/.test(request.path)) sent.push(request.path);
    return send(request);
  };
  const tree = async () =>
    (await readdir(cwd, { recursive: true })).filter((name) => name.endsWith('.mp3')).sort();
  return { ...program, sent, tree, watched: () => watches };
}

describe('mp3 convert with folders', () => {
  it('keeps the tree below -o', async (context) => {
    const { run, tree, audio, cwd } = await build(context);
    const ran = await run(['convert', '-r', 'films', '-o', 'mp3']);
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual(await tree(), ['mp3/a.mp3', 'mp3/b/c.mp3']);
    assert.deepEqual(await readFile(path.join(cwd, 'mp3/b/c.mp3')), audio);
    assert.match(ran.err, /^Left out: 1 file that is no media by the name\.$/m);
    assert.match(ran.err, /^2 of 2 films are converted\.$/m);
  });

  it('puts the MP3s beside the films without -o, and stays in the folder itself without --recursive', async (context) => {
    const { run, tree } = await build(context);
    const ran = await run(['convert', 'films']);
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual(await tree(), ['films/a.mp3']);
    assert.match(ran.err, /1 folder \(--recursive takes them\)/);
  });

  it('takes files and folders together, and -o is a folder then', async (context) => {
    const { run, tree, cwd } = await build(context);
    await writeFile(path.join(cwd, 'd.mp4'), mp4(3000));
    assert.equal((await run(['convert', 'd.mp4', 'films/b', '-o', 'new'])).code, 0);
    assert.deepEqual(await tree(), ['new/c.mp3', 'new/d.mp3']);
  });

  it('reports two films of a folder that would become one MP3, and converts the others', async (context) => {
    const { run, tree, cwd } = await build(context);
    await writeFile(path.join(cwd, 'films/a.mov'), mp4(3000));
    const ran = await run(['convert', 'films', '--json']);
    assert.equal(ran.code, 1);
    assert.match(ran.err, /✘ films\/a\.mp4: another film becomes films\/a\.mp3 already\./);
    assert.deepEqual(await tree(), ['films/a.mp3']);
    assert.deepEqual(
      documentsOf(ran).map(({ error, filename, status }) => [filename, status ?? error.code]),
      [
        ['films/a.mp4', 'failed'],
        ['a.mov', 'done'],
      ],
    );
  });

  it('leaves out a film whose MP3 is newer, and needs neither a gateway nor an account then', async (context) => {
    const { run, cwd, calls } = await build(context);
    await writeFile(path.join(cwd, 'films/a.mp3'), 'mine');
    const ran = await run(['convert', 'films', '--json']);
    assert.equal(ran.code, 0);
    assert.match(ran.err, /1 film is older than an MP3 of that name: --force converts what is left out\./);
    assert.deepEqual(documentsOf(ran), [
      { skipped: { file: path.join(cwd, 'films/a.mp4'), mp3: path.join(cwd, 'films/a.mp3') } },
    ]);
    assert.deepEqual(calls, []);
    assert.equal(await readFile(path.join(cwd, 'films/a.mp3'), 'utf8'), 'mine');
  });

  it('names a film that cannot be converted once, and counts it among all', async (context) => {
    const { run, cwd } = await build(context);
    for (const name of ['d.mp4', 'e.mp4']) await writeFile(path.join(cwd, 'films', name), '');
    const ran = await run(['convert', '-r', 'films', '-o', 'mp3']);
    assert.equal(ran.code, 1);
    assert.match(ran.err, /^✘ films\/d\.mp4: it is empty\.$/m);
    assert.match(ran.err, /^2 of 4 films are converted\. 2 failed\.$/m);
  });

  it('tells programs the name of such a film as it is', async (context) => {
    const { run, cwd } = await build(context);
    await writeFile(path.join(cwd, 'films', 'a\u202eb.mp4'), '');
    const documents = documentsOf(await run(['convert', 'films', '--json']));
    assert.equal(documents.find(({ error }) => error)?.filename, path.join('films', 'a\u202eb.mp4'));
  });

  it('says that a folder has no films, without an error', async (context) => {
    const { run, cwd } = await build(context);
    await mkdir(path.join(cwd, 'empty'));
    assert.deepEqual(await run(['convert', 'empty']), {
      code: 0,
      out: '',
      err: 'There is no film in empty.\n',
    });
  });

  it('refuses -o - with a folder', async (context) => {
    const { run } = await build(context);
    assert.equal((await run(['convert', 'films', '-o', '-'])).code, 2);
  });
});

describe('mp3 convert a second time', () => {
  const COMMAND = ['convert', '-r', 'films', '-o', 'mp3'];

  it('leaves out what is converted already with the same options', async (context) => {
    const { run, sent } = await build(context);
    await run(COMMAND);
    sent.length = 0;
    const ran = await run(COMMAND);
    assert.equal(ran.code, 0);
    assert.match(ran.err, /^2 films are converted already\.$/m);
    assert.deepEqual(sent, []);
  });

  it('converts with --force, and a film that has changed without it', async (context) => {
    const { run, sent, cwd } = await build(context);
    await run(COMMAND);
    sent.length = 0;
    await appendFile(path.join(cwd, 'films/a.mp4'), 'more');
    const ran = await run(COMMAND);
    assert.equal(ran.code, 0, ran.err);
    assert.equal(sent.length, 1);
    assert.match(ran.err, /^1 film is converted already\.$/m);
    assert.equal((await run([...COMMAND, '--force'])).code, 0);
  });

  it('fails for an MP3 that was made with other options, and leaves it as it is', async (context) => {
    const { run } = await build(context);
    await run(COMMAND);
    const ran = await run([...COMMAND, '--bitrate', '64']);
    assert.equal(ran.code, 1);
    assert.match(
      ran.err,
      /✘ films\/a\.mp4: mp3\/a\.mp3 was made with other options: --force overwrites it\./,
    );
  });

  it('says of a file that was named that it is converted already', async (context) => {
    const { run, tree } = await build(context);
    await run(['convert', 'films/a.mp4']);
    const ran = await run(['convert', 'films/a.mp4', 'films/b/c.mkv']);
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.err, /^films\/a\.mp4 is converted already: a\.mp3$/m);
    assert.deepEqual(await tree(), ['a.mp3', 'c.mp3']);
  });

  it('goes on with the jobs that an interrupted run has sent', async (context) => {
    const { run, watched, stop, converter, done, tree } = await build(context);
    const ready = Promise.withResolvers<void>();
    converter.run = async (job) => {
      await ready.promise;
      return done(job);
    };
    const interrupted = run(COMMAND);
    // A job that is watched is in the journal.
    while (watched() < 2) await new Promise(setImmediate);
    stop.abort(new Error('interrupted'));
    const first = await interrupted;
    assert.equal(first.code, 130);
    assert.match(
      first.err,
      /The same command goes on where this one has stopped:\n {2}mp3 convert -r films -o mp3\n/,
    );
    ready.resolve();
    const second = await run(COMMAND, { signal: new AbortController().signal });
    assert.equal(second.code, 0, second.err);
    assert.equal(second.err.match(/ was sent before: job /g)?.length, 2);
    assert.deepEqual(await tree(), ['mp3/a.mp3', 'mp3/b/c.mp3']);
    const uploads = documentsOf(await run(['jobs', '--json'], { signal: new AbortController().signal }));
    assert.equal(uploads.length, 2);
  });

  it('fetches a job that was sent, without sending the film again', async (context) => {
    const { run, sent, tree, cwd } = await build(context);
    await run(COMMAND);
    await rm(path.join(cwd, 'mp3'), { recursive: true });
    sent.length = 0;
    const ran = await run(COMMAND);
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.err, /^a\.mp4 was sent before: job /m);
    assert.deepEqual([sent, await tree()], [[], ['mp3/a.mp3', 'mp3/b/c.mp3']]);
  });

  it('sends a film again whose job has failed or was deleted', async (context) => {
    const { run, converter, done, tree, cwd } = await build(context);
    converter.run = async (job) =>
      job.filename === 'a.mp4'
        ? failed({ ...baseOf(job), error: { code: 'timed_out', detail: 'it took too long' } })
        : done(job);
    assert.equal((await run(COMMAND)).code, 1);
    converter.run = async (job) => done(job);
    await rm(path.join(cwd, 'mp3/b'), { recursive: true });
    const ids = documentsOf(await run(['jobs', '--json'])).map(({ id }) => id);
    await run(['delete', '--yes', ...ids.slice(0, 1)]);
    const again = await run(COMMAND);
    assert.equal(again.code, 0, again.err);
    assert.deepEqual(await tree(), ['mp3/a.mp3', 'mp3/b/c.mp3']);
  });
});

/** How long a watch may take. The time of the clock is no bound, because it runs ahead of a slow disk. */
const WATCH_MS = 60_000;

describe('mp3 convert --watch', () => {
  it('survives that the gateway cannot be reached for a while', async (context) => {
    const { run, stop, tree, transport } = await build(context);
    const { send } = transport;
    let refusals = 0;
    transport.send = (request) => {
      if (!request.path.startsWith('/upload') || refusals >= 200) return send(request);
      refusals += 1;
      throw new UnreachableError('Nothing answers.');
    };
    let now = 0;
    const deadline = performance.now() + WATCH_MS;
    const clock = {
      now: () => now,
      async sleep(milliseconds: number, signal: AbortSignal) {
        signal.throwIfAborted();
        now += milliseconds;
        if ((await tree()).length === 2) stop.abort(new Error('interrupted'));
        if (performance.now() > deadline) stop.abort(new Error('nothing came'));
        await new Promise(setImmediate);
      },
    };
    const ran = await run(['convert', '--watch', 'films', '-r'], { clock });
    assert.match(ran.err, /✘ a\.mp4: Nothing answers\..* It is tried again later\./);
    assert.deepEqual(await tree(), ['films/a.mp3', 'films/b/c.mp3']);
  });

  it('converts what is there and what appears, and says so to programs, until it is stopped', async (context) => {
    const { run, stop, tree, cwd, sent } = await build(context);
    let now = 0;
    let looks = 0;
    const deadline = performance.now() + WATCH_MS;
    const clock = {
      now: () => now,
      async sleep(milliseconds: number, signal: AbortSignal) {
        signal.throwIfAborted();
        now += milliseconds;
        looks += 1;
        if (looks === 4) await writeFile(path.join(cwd, 'films/new.mp4'), mp4(5000));
        if ((await tree()).length === 3) stop.abort(new Error('interrupted'));
        if (performance.now() > deadline) stop.abort(new Error('nothing came'));
        await new Promise(setImmediate);
      },
    };
    const ran = await run(['convert', '--watch', 'films', '-r', '-o', 'mp3', '--json'], { clock });
    assert.equal(ran.code, 130);
    assert.deepEqual(await tree(), ['mp3/a.mp3', 'mp3/b/c.mp3', 'mp3/new.mp3']);
    assert.equal(sent.length, 3);
    assert.match(ran.err, /^Watching films; Ctrl-C ends this\.$/m);
  });
});
