import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const run = promisify(execFile);
const apt = resolve(import.meta.dirname, '../../../../deploy/process/apt.ts');

/** Installs one package in this process. */
const installing = (name: string): string => `
  const { aptInstall } = await import('${apt}');
  const { signal } = new AbortController();
  await aptInstall(['${name}-1'], [], () => {}, signal);`;

/** Installs two packages at the same time. */
const installingTwo = (name: string): string => `
  const { aptInstall } = await import('${apt}');
  const { signal } = new AbortController();
  await Promise.all(['${name}-1', '${name}-2'].map((each) => aptInstall([each], [], () => {}, signal)));`;

describe('aptInstall', { skip: process.getuid?.() !== 0 && 'packages are installed by root' }, () => {
  for (const [title, programs] of [
    ['of one process', [installingTwo('a')]],
    ['of two processes', [installing('a'), installing('b')]],
  ] as const) {
    it(`lets two installations ${title} take turns`, async (context) => {
      const folder = temporaryFolder(context);
      const log = join(folder, 'log');
      // These stand for the programs of Debian, and write down when they begin and end.
      writeFileSync(join(folder, 'dpkg'), '#!/bin/sh\n', { mode: 0o755 });
      const script = `#!/bin/sh\necho "begin $3" >> ${log}\nsleep 0.2\necho "end $3" >> ${log}\n`;
      writeFileSync(join(folder, 'apt-get'), script, { mode: 0o755 });
      const env = { ...process.env, PATH: folder + delimiter + process.env.PATH, XDG_CACHE_HOME: folder };
      await Promise.all(
        programs.map((program) => run(process.execPath, ['--input-type=module', '--eval', program], { env })),
      );
      const one = ['begin update', 'end update', 'begin install', 'end install'];
      assert.deepEqual(readFileSync(log, 'utf8').trim().split('\n'), [...one, ...one]);
    });
  }
});
