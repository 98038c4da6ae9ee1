import { mkdtempSync, rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { INPUT, untrustedInput } from '../../../../services/converter/ffmpeg/untrusted-input.ts';
import type { Tool } from '../../../../services/converter/sandbox/sandbox.ts';
import { probeTags } from '../../../../services/converter/tags/probe-tags.ts';
import type { SourceTags } from '../../../../services/converter/tags/source-tags.ts';
import { tools } from '../../../support/tools.ts';

const home = mkdtempSync(join(tmpdir(), 'mp3converter-tags-'));
after(() => rmSync(home, { recursive: true }));

export interface PrivateFolder {
  folder: string;
  ffmpeg: Tool;
  ffprobe: Tool;
  inputArguments: string[];
  signal: AbortSignal;
}

/** Returns the private folder of an attempt with this file in it, and what every tool of the room needs. */
export async function privateFolder(path: string): Promise<PrivateFolder> {
  const folder = mkdtempSync(join(home, 'attempt-'));
  await copyFile(path, join(folder, INPUT));
  return {
    folder,
    ...tools,
    // The tests of the tags are about more containers than the allow-list has today.
    inputArguments: [...untrustedInput.slice(0, 2), '-i', INPUT],
    signal: new AbortController().signal,
  };
}

/** Reads the tags of a file as a conversion of this stream does. */
export async function sourceTagsOf(path: string, audioIndex: number): Promise<SourceTags> {
  return probeTags({ ...(await privateFolder(path)), audioIndex });
}
