import { noSandbox } from '../../services/converter/sandbox/no-sandbox.ts';
import type { Tool } from '../../services/converter/sandbox/sandbox.ts';

/** Returns a tool that runs outside any sandbox. */
export const unconfined = (path: string): Tool => ({ path, sandbox: noSandbox });

export const ffmpeg = unconfined('ffmpeg');
export const ffprobe = unconfined('ffprobe');
/** The tools of a converter. */
export const tools = { ffmpeg, ffprobe };
