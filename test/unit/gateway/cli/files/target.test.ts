import assert from 'node:assert/strict';
import { link, mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { CommandError, UsageError } from '../../../../../services/gateway/cli/errors.ts';
import {
  planTargets,
  type TargetOptions,
  targetName,
} from '../../../../../services/gateway/cli/files/target.ts';
import { temporaryFolder } from '../test-terminal.ts';

async function plan(context: TestContext, options: Partial<TargetOptions>) {
  const cwd = await temporaryFolder(context);
  await mkdir(path.join(cwd, 'folder'));
  await writeFile(path.join(cwd, 'there.mp3'), 'x');
  await link(path.join(cwd, 'there.mp3'), path.join(cwd, 'same.mp4'));
  const targets = await planTargets({
    output: undefined,
    force: false,
    names: ['a.mp4'],
    sources: [path.join(cwd, 'same.mp4')],
    stdoutIsTerminal: false,
    ...options,
    cwd,
  });
  return {
    cwd,
    paths: targets.map((target) => (target.kind === 'file' ? path.relative(cwd, target.path) : '-')),
  };
}

describe('planTargets', () => {
  const PLANS: [title: string, options: Partial<TargetOptions>, paths: string[]][] = [
    ['puts the MP3 into the working folder by default', {}, ['a.mp3']],
    ['uses the given name', { output: 'x.mp3' }, ['x.mp3']],
    ['puts the MP3 into a folder that exists', { output: 'folder' }, ['folder/a.mp3']],
    ['creates a folder whose name ends with a slash', { output: 'new/er/' }, ['new/er/a.mp3']],
    ['puts several MP3s into the working folder', { names: ['a.mp4', 'b.mkv'] }, ['a.mp3', 'b.mp3']],
    [
      'creates the folder for several MP3s',
      { output: 'new', names: ['a.mp4', 'b.mp4'] },
      ['new/a.mp3', 'new/b.mp3'],
    ],
    ['writes to the standard output for -', { output: '-' }, ['-']],
    ['writes to a terminal with --force', { output: '-', stdoutIsTerminal: true, force: true }, ['-']],
    ['ignores the folder of a name from another machine', { names: ['../../x/y.mp4'] }, ['y.mp3']],
    ['ignores the folder of a name from Windows', { names: ['C:\\x\\y.avi'] }, ['y.mp3']],
    ['gives a name to a file without one', { names: [''] }, ['audio.mp3']],
    ['keeps dots that begin no extension', { names: ['Mr. Bean', 'Vol. 2'] }, ['Mr. Bean.mp3', 'Vol. 2.mp3']],
    [
      'keeps joiners, and shows other invisible characters',
      { names: ['a\u200db\u202e.mp4'] },
      ['a\u200db�.mp3'],
    ],
    ['cuts a name to 255 bytes', { names: [`${'é'.repeat(200)}.mp4`] }, [`${'é'.repeat(125)}.mp3`]],
  ];
  for (const [title, options, paths] of PLANS) {
    it(title, async (context) => assert.deepEqual((await plan(context, options)).paths, paths));
  }

  it('creates the folder before anything is sent', async (context) => {
    const { cwd } = await plan(context, { output: 'new/' });
    assert.ok((await stat(path.join(cwd, 'new'))).isDirectory());
  });

  type Kind = typeof CommandError | typeof UsageError;
  const REFUSED: [what: string, options: Partial<TargetOptions>, kind: Kind, message: RegExp][] = [
    ['a file that exists', { output: 'there.mp3', sources: [] }, UsageError, /there\.mp3 exists: .*--force/],
    [
      'the video itself, even with --force',
      { output: 'there.mp3', force: true },
      UsageError,
      /is to be converted/,
    ],
    [
      'a file as the folder for several MP3s',
      { output: 'there.mp3', names: ['a.mp4', 'b.mp4'] },
      UsageError,
      /has to be a folder/,
    ],
    [
      'two MP3s with the same name',
      { names: ['a.mp4', 'a.mkv'] },
      UsageError,
      /Two of the videos would become a\.mp3/,
    ],
    ['a folder that does not exist', { output: 'none/a.mp3' }, CommandError, /no such folder/],
    ['a folder below a file', { output: 'there.mp3/a/' }, CommandError, /cannot be created/],
    ['a terminal', { output: '-', stdoutIsTerminal: true }, UsageError, /cannot be shown on a terminal/],
  ];
  for (const [what, options, kind, message] of REFUSED) {
    it(`refuses ${what}`, async (context) => {
      await assert.rejects(
        plan(context, options),
        (error) => error instanceof kind && message.test(error.message),
      );
    });
  }
});

describe('targetName', () => {
  const NAMES: [name: string, platform: NodeJS.Platform, expected: string][] = [
    ['a:b?.mp4', 'linux', 'a:b?.mp3'],
    ['a:b?.mp4', 'win32', 'a_b_.mp3'],
    ['CON.mp4', 'win32', '_CON.mp3'],
    ['con', 'win32', '_con.mp3'],
    ['Concert.mp4', 'win32', 'Concert.mp3'],
    ['lpt1.x.mp4', 'win32', '_lpt1.x.mp3'],
    ['..\\..\\a.mp4', 'win32', 'a.mp3'],
    ['../../a.mp4', 'darwin', 'a.mp3'],
  ];
  for (const [name, platform, expected] of NAMES) {
    it(`makes ${expected} of ${name} on ${platform}`, () =>
      assert.equal(targetName(name, platform), expected));
  }
});
