import { noSandbox } from '../../services/converter/sandbox/no-sandbox.ts';
import type { Tool } from '../../services/converter/sandbox/sandbox.ts';

/** Returns a tool that runs outside any sandbox. */
export const unconfined = (path: string): Tool => ({ path, sandbox: noSandbox });

export const ffmpeg = unconfined('ffmpeg');
export const ffprobe = unconfined('ffprobe');
/** The tools of a converter. */
export const tools = { ffmpeg, ffprobe };

/** A tool that says of itself what a sandbox in force says, for what is allowed in one alone. It runs outside any. */
export const saidToBeConfined = ({ path }: Tool): Tool => ({
  path,
  sandbox: { ...noSandbox, layers: ['namespaces', 'seccomp'] },
});
