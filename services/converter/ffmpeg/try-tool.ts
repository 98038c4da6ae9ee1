import type { Tool } from '../sandbox/sandbox.ts';
import { runTool } from './run-tool.ts';

const TIMEOUT_SECONDS = 30;

/** Starts ffmpeg or ffprobe in its sandbox, in this folder. Throws where it does not say what version it is. */
export async function tryTool(tool: Tool, folder: string): Promise<void> {
  const { code, killedBy, stderr } = await runTool(tool, ['-version'], {
    ...{ folder, timeoutSeconds: TIMEOUT_SECONDS, signal: new AbortController().signal },
    onOutput: () => undefined,
  });
  if (code !== 0) throw new Error(`${tool.path} -version ended with ${code ?? killedBy}: ${stderr.trim()}`);
}
