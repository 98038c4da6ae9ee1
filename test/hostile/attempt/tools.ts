import { noSandbox } from '../../../services/converter/sandbox/no-sandbox.ts';
import type { Tools } from './convert-once.ts';

/** The tools in the sandbox that is in force on this machine. */
export async function openTools(): Promise<Tools> {
  const sandbox = noSandbox;
  return { ffmpeg: { path: 'ffmpeg', sandbox }, ffprobe: { path: 'ffprobe', sandbox } };
}
