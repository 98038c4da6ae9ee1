import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Returns the version of ffmpeg or ffprobe, such as `5.1.9-0+deb12u1`. Throws when the tool cannot be run. */
export async function requireTool(path: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(path, ['-version'], { timeout: 30_000 });
    return /^\S+ version (\S{1,100})/.exec(stdout)?.[1] ?? 'unknown';
  } catch (cause) {
    throw new Error(`${path} cannot be run; it is part of ffmpeg`, { cause });
  }
}
