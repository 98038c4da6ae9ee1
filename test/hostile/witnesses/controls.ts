import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withAlias } from '../kinds/references.ts';
import { textsFor } from '../kinds/texts.ts';
import type { Grounds } from './grounds.ts';
import { urlsOf } from './targets.ts';

const run = promisify(execFile);

/** A witness, and a file with which an ffmpeg without allow-lists and sandbox makes it speak. */
interface Control {
  witness: string;
  /** What `Grounds.takeFaults` has to say. */
  expected: RegExp;
  file: string | Uint8Array;
  before: readonly string[];
  /** What ffmpeg makes of it. Default: its tags. */
  after?: readonly string[];
}

const OPEN = [
  '-protocol_whitelist',
  'file,http,tcp,udp,srt,unix,crypto,data,subfile,concat',
  '-allowed_extensions',
  'ALL',
];

function controlsOf(grounds: Grounds): Control[] {
  const { targets } = grounds;
  const urls = urlsOf(targets);
  const text = (format: string, url = '') => textsFor(url, targets)[format] ?? '';
  const concat = ['-safe', '0', '-protocol_whitelist', OPEN[1] ?? ''];
  return [
    { witness: 'TCP listener', expected: /by TCP/, file: text('m3u8', urls.http), before: OPEN },
    { witness: 'UDP listener', expected: /by UDP/, file: text('ffconcat', urls.srt), before: concat },
    { witness: 'Unix socket', expected: /by Unix/, file: text('ffconcat', urls.unix), before: concat },
    { witness: 'planted file', expected: /^read /m, file: text('ffconcat', urls.path), before: concat },
    {
      ...{ witness: 'secret in an output', expected: /secret is in/, file: withAlias(targets.text) },
      ...{ before: ['-enable_drefs', '1'], after: ['-c', 'copy', '-f', 'u8'] },
    },
  ];
}

/**
 * Shows that each witness speaks: lets ffmpeg open files without any protection, and then touches the folder. Returns the names
 * of the witnesses that said nothing, which is a fault of the test or of this machine.
 */
export async function silentWitnesses(grounds: Grounds): Promise<string[]> {
  const silent: string[] = [];
  for (const control of controlsOf(grounds)) {
    const said = (await provoke(grounds, control)).join('\n');
    if (!control.expected.test(said)) silent.push(control.witness);
  }
  await writeFile(grounds.targets.absent, 'x');
  if (!(await grounds.takeFaults([])).includes('touched /absent')) silent.push('folder');
  await rm(grounds.targets.absent);
  await grounds.takeFaults([]);
  return silent;
}

async function provoke(grounds: Grounds, control: Control): Promise<string[]> {
  const { after = ['-f', 'ffmetadata'] } = control;
  const folder = await mkdtemp(join(grounds.spool, 'control-'));
  try {
    await writeFile(join(folder, 'input'), control.file);
    const open = ['-nostdin', '-v', 'quiet', ...control.before, '-i', 'input'];
    const { stdout } = await run('ffmpeg', [...open, '-t', '1', ...after, '-'], {
      ...{ cwd: folder, timeout: 60_000, killSignal: 'SIGKILL' as const },
    }).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }));
    return await grounds.takeFaults([stdout]);
  } finally {
    await rm(folder, { recursive: true });
  }
}
