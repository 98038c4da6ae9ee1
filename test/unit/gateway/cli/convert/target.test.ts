import assert from 'node:assert/strict';
import { link, mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Failure, UsageError } from '../../../../../services/gateway/cli/convert/failure.ts';
import { planTargets, type Wish } from '../../../../../services/gateway/cli/convert/target.ts';
import { temporaryFolder } from './setting.ts';

async function plan(context: TestContext, wish: Partial<Wish>) {
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
    ...wish,
    cwd,
  });
  return {
    cwd,
    paths: targets.map((target) => (target.kind === 'file' ? path.relative(cwd, target.path) : '-')),
  };
}

const PLANS: [name: string, wish: Partial<Wish>, paths: string[]][] = [
  ['nothing said: here', {}, ['a.mp3']],
  ['a name', { output: 'x.mp3' }, ['x.mp3']],
  ['a folder', { output: 'folder' }, ['folder/a.mp3']],
  ['a folder to be made', { output: 'new/er/' }, ['new/er/a.mp3']],
  ['several, here', { names: ['a.mp4', 'b.mkv'] }, ['a.mp3', 'b.mp3']],
  [
    'several, in a folder to be made',
    { output: 'new', names: ['a.mp4', 'b.mp4'] },
    ['new/a.mp3', 'new/b.mp3'],
  ],
  ['the standard output', { output: '-' }, ['-']],
  [
    'the standard output, to a terminal, by force',
    { output: '-', stdoutIsTerminal: true, force: true },
    ['-'],
  ],
  ['a folder of the server stays there', { names: ['../../x/y.mp4'] }, ['y.mp3']],
];
for (const [name, wish, paths] of PLANS) {
  test(name, async (context) => assert.deepEqual((await plan(context, wish)).paths, paths));
}

test('a folder that is to be made is there before anything is sent', async (context) => {
  const { cwd } = await plan(context, { output: 'new/' });
  assert.ok((await stat(path.join(cwd, 'new'))).isDirectory());
});

type Kind = typeof Failure | typeof UsageError;
const REFUSED: [name: string, wish: Partial<Wish>, kind: Kind, message: RegExp][] = [
  ['what exists', { output: 'there.mp3', sources: [] }, UsageError, /there\.mp3 exists: .*--force/],
  ['the video itself, even by force', { output: 'there.mp3', force: true }, UsageError, /is to be converted/],
  [
    'no folder for several',
    { output: 'there.mp3', names: ['a.mp4', 'b.mp4'] },
    UsageError,
    /has to be a folder/,
  ],
  ['two of one name', { names: ['a.mp4', 'a.mkv'] }, UsageError, /Two of the videos would become a\.mp3/],
  ['a folder that is not there', { output: 'none/a.mp3' }, Failure, /no such folder/],
  ['a folder below a file', { output: 'there.mp3/a/' }, Failure, /cannot be made/],
  ['a terminal', { output: '-', stdoutIsTerminal: true }, UsageError, /cannot be shown on a terminal/],
];
for (const [name, wish, kind, message] of REFUSED) {
  test(`refused: ${name}`, async (context) => {
    await assert.rejects(
      plan(context, wish),
      (error) => error instanceof kind && message.test(error.message),
    );
  });
}
