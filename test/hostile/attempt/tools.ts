import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryTool } from '../../../services/converter/ffmpeg/try-tool.ts';
import { openSandbox, type SandboxMode } from '../../../services/converter/sandbox/open-sandbox.ts';
import type { Tools } from './convert-once.ts';

const NAMES = ['ffmpeg', 'ffprobe'];

/** The tools in the sandbox that is in force on this machine. SANDBOX chooses it as for the converter. */
export async function openTools(): Promise<Tools> {
  const mode = (process.env.SANDBOX || 'auto') as SandboxMode;
  const folder = await mkdtemp(join(tmpdir(), 'mp3converter-sandbox-'));
  const { sandbox } = await openSandbox({ mode, tools: NAMES, folder }, tryTool).finally(() =>
    rm(folder, { recursive: true }),
  );
  return { ffmpeg: { path: 'ffmpeg', sandbox }, ffprobe: { path: 'ffprobe', sandbox } };
}
