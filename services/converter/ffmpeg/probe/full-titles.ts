import { runTool } from '../run-tool.ts';
import { INPUT } from '../untrusted-input.ts';
import type { ProbeTools } from './probe-tools.ts';
import type { StreamReport } from './report.ts';

/** Bytes of a tag that ffmpeg prints in its log. The last character may be incomplete. */
const PRINTED_BYTES = 250;
/** Titles that are read in full: each takes a process. */
const MAX_TITLES = 4;
const TIMEOUT_SECONDS = 60;

/** Returns the streams with titles in full, where the log of ffmpeg has cut them. */
export async function withFullTitles(
  tools: ProbeTools,
  inputArguments: readonly string[],
  streams: readonly StreamReport[],
): Promise<StreamReport[]> {
  const cut = streams.filter(({ tags }) => Buffer.byteLength(tags?.title ?? '') >= PRINTED_BYTES);
  const titles = new Map<number, string>();
  for (const { index } of cut.slice(0, MAX_TITLES)) {
    const title = await readTitle(tools, inputArguments, index);
    if (title !== undefined) titles.set(index, title);
  }
  return streams.map((stream) => {
    const title = titles.get(stream.index);
    return title === undefined ? stream : { ...stream, tags: { ...stream.tags, title } };
  });
}

async function readTitle(
  { ffmpeg, folder, signal }: ProbeTools,
  inputArguments: readonly string[],
  index: number,
): Promise<string | undefined> {
  const output = ['-map_metadata', `0:s:${index}`, '-map_chapters', '-1', '-f', 'ffmetadata', 'pipe:1'];
  const args = ['-nostdin', '-v', 'error', ...inputArguments, '-i', INPUT, ...output];
  const result = await runTool(ffmpeg, args, { folder, signal, timeoutSeconds: TIMEOUT_SECONDS });
  return /^title=(.*)$/im.exec(result.output)?.[1]?.replace(/\\(.)/g, '$1');
}
