import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tool } from '../sandbox/sandbox.ts';
import { runTool } from './run-tool.ts';

const TIMEOUT_SECONDS = 30;

/** Starts ffmpeg or ffprobe in its sandbox, in a folder of its own. Throws where it does not say what version it is. */
export async function tryTool(tool: Tool): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mp3converter-sandbox-'));
  try {
    const { code, killedBy, stderr } = await runTool(tool, ['-version'], {
      ...{ folder, timeoutSeconds: TIMEOUT_SECONDS, signal: new AbortController().signal },
      onOutput: () => undefined,
    });
    if (code !== 0) throw new Error(`${tool.path} -version ended with ${code ?? killedBy}: ${stderr.trim()}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
