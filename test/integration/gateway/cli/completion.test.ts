import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { commands } from '../../../../services/gateway/cli/commands/table.ts';
import { bashCompletion } from '../../../../services/gateway/cli/syntax/bash-completion.ts';
import { zshCompletion } from '../../../../services/gateway/cli/syntax/zsh-completion.ts';

const run = promisify(execFile);
const ID = '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10';

/** Whether this machine has the shell. */
function hasShell(name: string): boolean {
  try {
    execFileSync(name, ['-c', ':']);
    return true;
  } catch {
    return false;
  }
}

describe('the completion of bash', { skip: !hasShell('bash') && 'there is no bash' }, () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mp3-completion-'));
    await writeFile(path.join(folder, 'completion.bash'), bashCompletion(commands));
    await mkdir(path.join(folder, 'my films'));
    await writeFile(path.join(folder, 'my movie.mp4'), '');
    // Answers for the program, as the list of jobs.
    await mkdir(path.join(folder, 'bin'));
    const list = `#!/bin/sh\necho '{"id":"${ID}","status":"done","filename":"a.mp4"}'\n`;
    await writeFile(path.join(folder, 'bin', 'mp3'), list, { mode: 0o755 });
  });
  after(() => rm(folder, { recursive: true }));

  /** What bash offers after these words, the last of which is incomplete. */
  async function complete(...words: string[]): Promise<string[]> {
    const script = `
      source ./completion.bash
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
      compopt() { :; } # It works only while bash completes a line that somebody types.
      _mp3
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { ...process.env, PATH: `${path.join(folder, 'bin')}:${process.env.PATH}` };
    const { stdout } = await run('bash', ['-c', script, 'bash', ...words], { cwd: folder, env });
    return stdout.split('\n').filter(Boolean);
  }

  it('is valid', async () => {
    await run('bash', ['-n', path.join(folder, 'completion.bash')]);
  });

  const CASES: [words: string[], offered: string[]][] = [
    [
      ['mp3', 'co'],
      ['convert', 'completion'],
    ],
    [['mp3', 'convert', '--rec'], ['--recursive']],
    [
      ['mp3', 'convert', '--preset', ''],
      ['music', 'podcast', 'small'],
    ],
    [['mp3', 'convert', '--preset', 'p'], ['podcast']],
    [['mp3', 'convert', 'my m'], ['my movie.mp4']],
    [['mp3', 'convert', '--watch', 'my'], ['my films']],
    [
      ['mp3', 'convert', 'a.mp4', '-o', 'my'],
      ['my films', 'my movie.mp4'],
    ],
    [['mp3', 'show', '5f'], [ID]],
    [['mp3', 'show', '6'], []],
    [['mp3', 'jobs', '--status', 'd'], ['done']],
    [['mp3', 'failed', 'd'], ['drop']],
    [['mp3', 'help', 'who'], ['whoami']],
    [
      ['mp3', 'completion', ''],
      ['bash', 'zsh'],
    ],
    [['mp3', 'login', 'x'], []],
    [['mp3', 'nothing', 'x'], []],
  ];
  for (const [words, offered] of CASES) {
    it(`offers ${JSON.stringify(offered)} after «${words.join(' ')}»`, async () => {
      assert.deepEqual((await complete(...words)).sort(), [...offered].sort());
    });
  }
});

describe('the completion of zsh', { skip: !hasShell('zsh') && 'there is no zsh' }, () => {
  it('is valid, and completes commands, flags and values', async (context) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'mp3-completion-'));
    context.after(() => rm(folder, { recursive: true }));
    await writeFile(path.join(folder, 'completion.zsh'), zshCompletion(commands));
    await run('zsh', ['-n', path.join(folder, 'completion.zsh')]);
    // zpty types into a real line editor. What was completed is carried out, because the editor redraws only parts of a line.
    const script = `
      zmodload zsh/zpty
      zpty shell zsh -f -i
      zpty -w shell 'autoload -U compinit; compinit -u -d ${folder}/dump; source ${folder}/completion.zsh
        mp3() { print -r -- "ran:" "$@" }; echo rea""dy'
      expect() {
        local all= part
        repeat 200; do
          zpty -r -t shell part && all+=$part || sleep 0.05
          [[ $all == *$1* ]] && return
        done
        print -r -- "no $1 in: $all"; exit 1
      }
      expect ready
      zpty -w shell $'mp3 conv\\t--recu\\t--preset=pod\\ta.mp4'
      expect 'ran: convert --recursive --preset=podcast a.mp4'
      zpty -w shell $'mp3 who\\t--vers\\t'
      expect 'ran: whoami --version'
      zpty -d shell`;
    await run('zsh', ['-f', '-c', script], {
      env: { ...process.env, TERM: 'xterm', COLUMNS: '200' },
      timeout: 120_000,
    });
  });
});
