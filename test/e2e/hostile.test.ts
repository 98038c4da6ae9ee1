import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Workshop } from '../corpus/workshop.ts';
import { documentedCodes } from '../hostile/attempt/oracle.ts';
import { makeFormat } from '../hostile/formats.ts';
import { type HostileFile, type Materials, titleOf } from '../hostile/hostile-file.ts';
import { hostileFiles } from '../hostile/kinds/index.ts';
import { Grounds } from '../hostile/witnesses/grounds.ts';
import { type Account, client } from '../support/client.ts';
import { systemsUnderTest } from '../support/systems-under-test.ts';
import { waitFor } from '../support/wait.ts';

const run = promisify(execFile);
const documented = documentedCodes();
/** A job and a probe have to end in this time, though other tests use the same system. */
const BOUND_MS = 180_000;
const SEED = 20;

/** A few files of each kind. Those behind an ID3 tag and `ftyp` get past the gateway. */
const CHOSEN = [
  /^text (ffconcat|m3u8|sdp) → http, (as it is|behind an ID3 tag|behind ftyp)$/,
  /^embedded (ffconcat as subtitles|m3u8 as an attachment image\/jpeg|sdp as subtitles of avi|APIC --> http)/,
  /^reference (dref url of MP4 → (http|file)|dref alias|reference movie → http|script command of ASF → http|locator of MXF → http)/,
  /^bomb (20 minutes of silence in FLAC|Matroska of 100 streams|gzip bomb|WAV at 4294967295 Hz)$/,
  /^bomb (10,000 nested boxes moov|MP4 with 4294967295 samples in stsz|cover of image\/png|strange text [0-3] in ID3)/,
  /^cut (mp4\/aac|mkv\/aac|flac\/flac) at (0\.5|10\.0) %/,
  /^(mutation|splice) \d of/,
];
/** File names and content types, in turn. The names could be taken for paths, keys, markup, headers or options. */
const NAMES = [
  ...[
    'list.m3u8',
    '../../../../etc/passwd.mp4',
    '-i.mp4',
    'film.mp4\r\nX-Injected: 1',
    '$etag.mp4',
    '%00.mp4',
  ],
  ...[
    '<img src=x onerror=alert(1)>.mkv',
    'http:/127.0.0.1.mp4',
    'concat:a|b.mp3',
    '\u202e4pm.exe',
    'a'.repeat(300),
  ],
];
const TYPES = [
  'video/mp4',
  'application/x-mpegurl',
  'audio/x-scpls',
  'text/html',
  'application/dash+xml',
  'video/*',
];

const [system] = systemsUnderTest();
assert.ok(system);

let root: string;
let grounds: Grounds;
let workshop: Workshop;
after(async () => {
  await grounds[Symbol.asyncDispose]();
  await workshop[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

describe(`hostile files over ${system.name}`, { concurrency: 2 }, () => {
  const api = client(system.gatewayUrl);
  let account: Account;
  let materials: Materials;
  const films = new Map<string, Promise<Buffer>>();

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'mp3converter-hostile-'));
    workshop = await Workshop.open();
    const make = (format: string) =>
      workshop.forRow(async (bench) => readFile(await makeFormat(bench, format)));
    const film = (format: string): Promise<Buffer> => {
      const made = films.get(format) ?? make(format);
      films.set(format, made);
      return made;
    };
    grounds = await Grounds.open(root, await film('mp3/mp3'));
    let count = 0;
    const scratch = () => join(grounds.spool, `file-${count++}`);
    const ffmpeg = async (...args: string[]) => {
      const path = scratch();
      await run('ffmpeg', ['-nostdin', '-v', 'error', '-y', '-bitexact', ...args, path]);
      return readFile(path);
    };
    materials = { targets: grounds.targets, film, scratch, ffmpeg };
    account = await api.newAccount();
  });
  const bytesOf = async (file: HostileFile): Promise<Uint8Array<ArrayBuffer>> => {
    const content = await file.make(materials);
    assert.ok(content instanceof Uint8Array, 'a sparse file is too large to be sent');
    return new Uint8Array(content);
  };

  /** Sends every other file as a form. */
  const upload = async (bytes: Uint8Array<ArrayBuffer>, number: number): Promise<Response> => {
    const name = NAMES[number % NAMES.length] ?? '';
    const type = TYPES[number % TYPES.length] ?? '';
    if (number % 2 === 0) {
      const query = `/upload?filename=${encodeURIComponent(name)}`;
      return api.send(query, {
        method: 'POST',
        headers: { ...api.bearer(account), 'content-type': type },
        body: bytes,
      });
    }
    const form = new FormData();
    form.append('file', new Blob([bytes], { type }), name);
    return api.send('/upload', { method: 'POST', headers: api.bearer(account), body: form });
  };

  const probe = (bytes: Uint8Array<ArrayBuffer>): Promise<Response> =>
    api.send('/probe', { method: 'POST', headers: api.bearer(account), body: bytes });

  const requireDocumentedJob = async (id: string): Promise<void> => {
    const job = await waitFor(
      `job ${id} to be final`,
      async () => {
        const seen = await api.job(account, id);
        return ['done', 'failed'].includes(seen.status) && seen;
      },
      { timeoutMs: BOUND_MS },
    );
    if (job.status === 'failed')
      assert.ok(documented.failures.has(job.error?.code ?? ''), JSON.stringify(job.error));
    for (const { code } of job.warnings) assert.ok(documented.warnings.has(code), code);
    assert.equal(job.attempts, 1, JSON.stringify(job.error));
    assert.doesNotMatch(JSON.stringify([job.error, job.warnings]), /\/tmp\/|ffprobe|SIG[A-Z]{3}|\.ts:\d/);
  };

  // The names of the files do not depend on where their targets are.
  const nowhere = { port: 9, socket: '/s', text: '/t', film: '/f', absent: '/a' };
  const corpus = { seed: SEED, mutations: 10, only: '', isShort: false };
  const chosen = hostileFiles(corpus, nowhere)
    .map(titleOf)
    .filter((title) => CHOSEN.some((one) => one.test(title)));

  for (const [number, title] of chosen.entries()) {
    it(`get a documented answer, as an upload and as a probe: ${title}`, {
      timeout: 2 * BOUND_MS,
    }, async () => {
      const file = hostileFiles(corpus, grounds.targets).find((each) => titleOf(each) === title);
      assert.ok(file);
      const bytes = await bytesOf(file);
      const probed = await probe(bytes);
      const described = await probed.text();
      assert.ok([200, 400, 415, 503].includes(probed.status), `${probed.status} ${described}`);
      const { error } = JSON.parse(described) as { error?: { code: string } | null };
      if (probed.status === 200 && error) assert.ok(documented.failures.has(error.code), error.code);
      const response = await upload(bytes, number);
      const text = await response.text();
      assert.equal(response.headers.get('x-injected'), null);
      assert.ok([202, 400, 415].includes(response.status), `${response.status} ${text}`);
      if (response.status === 202) await requireDocumentedJob((JSON.parse(text) as { id: string }).id);
    });
  }

  it('are a few dozen', () => assert.ok(chosen.length >= 36 && chosen.length < 100, `${chosen.length}`));
});

describe(`hostile files over ${system.name}, afterwards`, () => {
  it('have called nobody, and touched nothing', async () => {
    assert.deepEqual(await grounds.takeFaults([]), []);
  });

  it('have left every service ready', async () => {
    for (const { appPort } of Object.values(system.apps)) {
      const response = await fetch(`http://127.0.0.1:${appPort}/readyz`);
      assert.equal(response.status, 200, await response.text());
    }
  });
});
