import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { baseOf, isFinal, type Job } from '../../../../../services/shared/jobs/job.ts';
import { failed, newJob } from '../../../../support/job.ts';
import { testUserId } from '../../client/test-gateway.ts';
import { chunksOf } from '../../client/test-transport.ts';
import { createTestProgram, documentsOf } from '../test-program.ts';

const ANN = 'ann@example.com';
const idOf = (number: number): string => `${String(number).padStart(8, '0')}-8d0b-4a53-9a35-0d6c2c1f7b10`;

/** The program of a user who is logged in and has these jobs, the newest last. */
async function build(context: TestContext, jobs: Job[] = []) {
  const program = await createTestProgram(context);
  program.users.set(ANN, 'a long password');
  await program.run(['login', '--email', ANN], { env: { ...program.env, MP3_PASSWORD: 'a long password' } });
  const owner = testUserId(ANN);
  for (const job of jobs) {
    await program.index.addOwned(owner, job.id);
    if (!isFinal(job)) await program.index.addActive(owner, job.id);
    await program.jobs.create({ ...job, owner });
    const expires = new Date(job.expires_at);
    if (jobs.length < 10)
      await program.blobs.write(job.videoBlobId, chunksOf(Buffer.alloc(100)), { expires });
  }
  return program;
}

/** A job that is older than those with a higher number. */
const numbered = (number: number, job: Job = newJob()): Job => ({
  ...job,
  id: idOf(number),
  created_at: new Date(Date.UTC(2026, 0, 1, 0, 0, number)).toISOString(),
});

describe('mp3 jobs', () => {
  it('prints a table that a file can hold, the newest first', async (context) => {
    const { run } = await build(context, [
      numbered(1, failed({ filename: 'mute \u202e.mp4' })),
      numbered(2, newJob({ status: 'converting', progress: 0.456, eta_seconds: 75 } as never)),
    ]);
    const { out, code } = await run(['jobs']);
    assert.equal(code, 0);
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/, 'TIME'));
    assert.deepEqual(lines.slice(1), [
      '00000002  converting  45% ETA 1:15  TIME  Ferien.mp4',
      '00000001  failed      no_audio      TIME  mute �.mp4',
    ]);
    assert.match(lines[0] ?? '', /^ID {8}STATUS {20}SENT {14}FILE$/);
  });

  it('colours the status and fits the names on a terminal', async (context) => {
    const { run } = await build(context, [
      numbered(1, failed({ filename: `${'a very long name '.repeat(9)}.mp4` })),
    ]);
    for (const columns of [80, 40]) {
      const stdout = Object.assign(new PassThrough(), { isTTY: true, columns });
      await run(['jobs'], { stdout });
      const [header = '', row = ''] = String(stdout.read()).split('\n');
      assert.ok(row.includes('\x1b[31mfailed'), row);
      const visible = stripVTControlCharacters(row);
      assert.ok(visible.length < columns && header.length < columns, `${visible.length} of ${columns}`);
      assert.match(visible, /…/);
    }
  });

  it('uses no colours where NO_COLOR is set', async (context) => {
    const { run, env } = await build(context, [numbered(1)]);
    const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
    await run(['jobs'], { stdout, env: { ...env, NO_COLOR: '1' } });
    assert.ok(!String(stdout.read()).includes('\x1b'));
  });

  const many = Array.from({ length: 130 }, (_, number) =>
    numbered(number, number % 10 ? newJob() : failed()),
  );
  const LISTS: [args: string[], count: number, hasMore: boolean][] = [
    [[], 20, true],
    [['--limit', '3'], 3, true],
    [['-n', '125'], 125, true],
    [['--all'], 130, false],
    [['--status', 'failed', '--limit', '5'], 5, true],
    [['--status', 'failed', '--all'], 13, false],
    [['--status', 'done'], 0, false],
    [['--status', 'done,failed', '--all'], 13, false],
    [['--status', 'failed', '--status', 'queued', '--all'], 130, false],
    [['--search', 'FERÍEN', '--all'], 130, false],
    [['--search', 'ferien', '--status', 'failed', '--all'], 13, false],
    [['-s', 'nothing like it'], 0, false],
  ];
  for (const [args, count, hasMore] of LISTS) {
    it(`lists ${count} of 130 jobs with ${JSON.stringify(args)}`, async (context) => {
      const { run } = await build(context, many);
      const documents = documentsOf(await run(['jobs', '--json', ...args]));
      assert.equal(documents.length, count);
      assert.deepEqual(
        documents.map(({ id }) => id),
        [...new Set(documents.map(({ id }) => id))].sort().reverse(),
      );
      const { err } = await run(['jobs', ...args]);
      assert.equal(/There are more: mp3 jobs --(cursor|status failed --all)/.test(err), hasMore, err);
    });
  }

  it('keeps the gateway, the account and the length in the command for more', async (context) => {
    const { run, env } = await build(context, many);
    const account = ['--email', ANN, '--url', env.MP3_URL ?? ''];
    const { err } = await run(['jobs', '-n', '3', ...account]);
    assert.match(err, new RegExp(`mp3 jobs --cursor \\S+ --limit 3 --url ${env.MP3_URL} --email ${ANN}\n$`));
    const filtered = await run(['jobs', '-n', '3', '--status', 'failed', ...account]);
    assert.match(filtered.err, /mp3 jobs --status failed --all --url \S+ --email \S+\n$/);
  });

  it('keeps all filters in the command for more', async (context) => {
    const { run } = await build(context, many);
    const args = ['jobs', '-n', '3', '--status', 'failed,queued', '--search', 'ferien mp4'];
    assert.equal((await run(args)).err, '');
    const { err } = await run([...args.slice(0, -1), 'ferien.']);
    assert.equal(err, 'There are more: mp3 jobs --status failed --status queued --search ferien. --all\n');
  });

  it('lists no job that a gateway of an older release returns in spite of the filters', async (context) => {
    const { run, transport } = await build(context, many);
    const { send } = transport;
    transport.send = async ({ query: { status: _, search: __, ...query } = {}, ...request }) =>
      send({ ...request, query });
    const ran = await run(['jobs', '--status', 'failed', '--search', 'ferien', '--all', '--json']);
    assert.deepEqual(new Set(documentsOf(ran).map(({ status }) => status)), new Set(['failed']));
    assert.equal(documentsOf(ran).length, 13);
    assert.equal((await run(['jobs', '--search', 'nothing', '--json'])).out, '');
  });

  it('goes on behind a list by its cursor, without a gap', async (context) => {
    const { run } = await build(context, many);
    const ids: string[] = [];
    for (let more: string[] | undefined = []; more; ) {
      const args: string[] = ['jobs', '--limit', '50', ...more];
      ids.push(...documentsOf(await run([...args, '--json'])).map(({ id }) => id));
      const cursor = /--cursor (\S+)/.exec((await run(args)).err)?.[1];
      more = cursor === undefined ? undefined : ['--cursor', cursor];
    }
    assert.deepEqual(ids, many.map(({ id }) => id).reverse());
  });

  for (const args of [
    ['--limit', '0'],
    ['--limit', 'x'],
    ['--status', 'x'],
    ['--status', 'done,x'],
    ['--status', ''],
    ['--all', '--limit', '3'],
    ['one'],
  ]) {
    it(`refuses ${JSON.stringify(args)}`, async (context) => {
      const { run } = await build(context);
      assert.equal((await run(['jobs', ...args])).code, 2);
    });
  }
});

describe('mp3 show', () => {
  it('finds a job by the beginning of its ID', async (context) => {
    const { run } = await build(context, [numbered(1), numbered(2)]);
    const { out, code } = await run(['show', '00000002']);
    assert.equal(code, 0);
    assert.match(out, new RegExp(`^Job ${idOf(2)}\n {2}file {7}Ferien\\.mp4\n`));
  });

  it('lists the jobs that an ambiguous beginning may mean', async (context) => {
    const { run } = await build(context, [numbered(1), numbered(2)]);
    const { err, code } = await run(['show', '0000']);
    assert.equal(code, 1);
    assert.match(err, new RegExp(`2 jobs have an ID that begins with 0000:\n {2}${idOf(2)} {2}Ferien`));
  });

  const WRONG: [id: string, code: number, message: RegExp][] = [
    ['abc', 2, /too short/],
    ['../etc', 2, /is not the ID of a job/],
    ['abcd', 1, /No job has an ID that begins with abcd/],
    [idOf(9), 1, /no such job \(not_found\)/],
  ];
  for (const [id, code, message] of WRONG) {
    it(`fails with ${code} for ${id}`, async (context) => {
      const { run } = await build(context, [numbered(1)]);
      const ran = await run(['show', id, '--json']);
      assert.equal(ran.code, code);
      assert.match(ran.err, message);
      assert.match(documentsOf(ran)[0].error.detail, message);
    });
  }

  it('shows the film and what was sent of it', async (context) => {
    const source = { size: 31e6, sha256: 'ab'.repeat(32), duration_seconds: 5400, tracks: null };
    const { run } = await build(context, [
      numbered(1, newJob({ source: { ...source, original: { size: 1.9e9, track: 1 }, kept: 'whole' } })),
    ]);
    const { out } = await run(['show', idOf(1)]);
    assert.match(out, / source {5}31\.0 MB, 1:30:00\n {2}film {7}1\.9 GB; its sound was sent\n/);
  });
});

describe('mp3 cancel', () => {
  it('cancels several jobs, and reports one that has ended', async (context) => {
    const { run, jobs } = await build(context, [numbered(1), numbered(2, failed()), numbered(3)]);
    const ran = await run(['cancel', '00000001', '00000002', '00000003']);
    assert.equal(ran.code, 1);
    assert.equal(ran.out, [1, 3].map((number) => `${idOf(number)}  cancelled  Ferien.mp4\n`).join(''));
    assert.match(ran.err, new RegExp(`✘ ${idOf(2)}: .*\\(state_conflict\\)`));
    assert.equal((await jobs.get(idOf(3))).document.status, 'cancelled');
  });
});

describe('mp3 retry', () => {
  it('converts a failed job again, with other options', async (context) => {
    const { run, converter, jobs } = await build(context, [numbered(1, failed())]);
    converter.run = async () => undefined;
    const ran = await run(['retry', '00000001', '--bitrate', '320', '--json']);
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual(
      documentsOf(ran).map(({ status, options }) => [status, options]),
      [['queued', { bitrate: 320 }]],
    );
    assert.equal((await jobs.get(idOf(1))).document.generation, 2);
  });

  it('refuses an invalid option before it asks the gateway', async (context) => {
    const { run, calls } = await build(context, [numbered(1, failed())]);
    calls.length = 0;
    assert.equal((await run(['retry', '00000001', '--bitrate', '100'])).code, 2);
    assert.deepEqual(calls, []);
  });
});

describe('mp3 rename', () => {
  it('renames a job, and prints the name as the gateway has cleaned it', async (context) => {
    const { run, jobs } = await build(context, [numbered(1)]);
    const ran = await run(['rename', '00000001', ' ../Summer 2024.mp4']);
    assert.deepEqual(ran, { code: 0, out: `${idOf(1)}  renamed  Summer 2024.mp4\n`, err: '' });
    assert.equal((await jobs.get(idOf(1))).document.filename, 'Summer 2024.mp4');
    const [again] = documentsOf(await run(['rename', '00000001', 'Summer 2024.mp4', '--json']));
    assert.deepEqual([again.id, again.filename], [idOf(1), 'Summer 2024.mp4']);
  });

  for (const operands of [[], ['00000001'], ['00000001', ' '], ['00000001', 'Summer', '2024.mp4']]) {
    it(`refuses ${JSON.stringify(operands)} before it asks the gateway`, async (context) => {
      const { run, calls } = await build(context, [numbered(1)]);
      calls.length = 0;
      assert.equal((await run(['rename', ...operands])).code, 2);
      assert.deepEqual(calls, []);
    });
  }

  it('reports a job that does not exist', async (context) => {
    const { run } = await build(context);
    const ran = await run(['rename', idOf(9), 'a.mp4', '--json']);
    assert.deepEqual([ran.code, documentsOf(ran)[0].error.code], [1, 'not_found']);
  });
});

describe('mp3 delete', () => {
  /** A terminal on which somebody types this. */
  function terminal(typed: string) {
    const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin });
    stdin.end(typed);
    return stdin;
  }

  it('needs --yes where there is no terminal', async (context) => {
    const { run, jobs } = await build(context, [numbered(1)]);
    assert.equal((await run(['delete', '00000001'])).code, 2);
    assert.equal((await jobs.get(idOf(1))).document.status, 'queued');
  });

  const ANSWERS: [typed: string, isDeleted: boolean][] = [
    ['y\n', true],
    ['yes\r', true],
    ['n\n', false],
    ['\n', false],
    ['', false],
  ];
  for (const [typed, isDeleted] of ANSWERS) {
    it(`${isDeleted ? 'deletes' : 'does not delete'} after the answer ${JSON.stringify(typed)}`, async (context) => {
      const { run, jobs } = await build(context, [numbered(1)]);
      const { err, code } = await run(['delete', '00000001'], { stdin: terminal(typed) as never });
      assert.match(err, new RegExp(`Delete job ${idOf(1)} with film and MP3\\? \\[y/N\\]`));
      assert.equal(code, isDeleted ? 0 : 1);
      assert.equal((await jobs.find(idOf(1)))?.status === 'deleted', isDeleted);
    });
  }

  it('tells programs what it has deleted', async (context) => {
    const { run } = await build(context, [numbered(1), numbered(2)]);
    const ran = await run(['delete', '--yes', '--json', '00000001', '00000002', '00000002']);
    assert.deepEqual(documentsOf(ran), [{ deleted: idOf(1) }, { deleted: idOf(2) }]);
  });
});

describe('mp3 watch', () => {
  it('follows all jobs that have not ended, and fails where one of them fails', async (context) => {
    const { run, jobs, transport } = await build(context, [numbered(1), numbered(2), numbered(3, failed())]);
    const { send } = transport;
    const watched = Promise.withResolvers<void>();
    transport.send = async (request) => {
      const reply = await send(request);
      if (request.path === '/jobs/events') watched.resolve();
      return reply;
    };
    const watching = run(['watch', 'all', '--json']);
    await watched.promise;
    await jobs.update(idOf(1), (job) => ({ ...failed(), ...baseOf(job) }));
    await jobs.update(idOf(2), (job) => ({ ...newJob({ status: 'cancelled' }), ...baseOf(job) }) as Job);
    const ran = await watching;
    assert.equal(ran.code, 1);
    const last = new Map(documentsOf(ran).map(({ id, status }) => [id, status]));
    assert.deepEqual([...last].sort(), [
      [idOf(1), 'failed'],
      [idOf(2), 'cancelled'],
    ]);
  });

  it('says that no job is under way', async (context) => {
    const { run } = await build(context, [numbered(1, failed())]);
    assert.deepEqual(await run(['watch', 'all']), { code: 0, out: '', err: 'No job is under way.\n' });
  });

  it('follows the jobs that are named, and reports one that does not exist', async (context) => {
    const { run } = await build(context, [numbered(1, failed()), numbered(2, failed())]);
    const ran = await run(['watch', '00000001', idOf(9), '--json']);
    assert.equal(ran.code, 1);
    assert.deepEqual(
      documentsOf(ran)
        .map(({ id, status, error }) => [id, status ?? error.code])
        .sort(),
      [
        [idOf(1), 'failed'],
        [idOf(9), 'not_found'],
      ],
    );
    assert.match(ran.err, new RegExp(`✘ Ferien\\.mp4: there is no sound in it {2}job ${idOf(1)}`));
  });

  it('ends quietly where the reader of the standard output has closed it', async (context) => {
    const { run } = await build(context, [numbered(1), numbered(2)]);
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    }).on('error', () => undefined);
    const ran = await run(['watch', '00000001', '00000002', '--json'], { stdout });
    assert.equal(ran.code, 1);
    assert.doesNotMatch(ran.err, /closed|Error/);
  });
});

describe('mp3 download', () => {
  it('reports a job that does not exist, and fetches the others', async (context) => {
    const { run } = await build(context, [numbered(1, failed())]);
    const ran = await run(['download', idOf(9), '00000001', '--json']);
    assert.equal(ran.code, 1);
    assert.deepEqual(
      documentsOf(ran).map(({ id, status, error }) => [id, status ?? error.code]),
      [
        [idOf(9), 'not_found'],
        [idOf(1), 'failed'],
      ],
    );
  });
});
