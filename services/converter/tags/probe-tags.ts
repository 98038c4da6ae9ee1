import { runTool } from '../ffmpeg/run-tool.ts';
import type { Tool } from '../sandbox/sandbox.ts';
import { describedTags } from './described-tags.ts';
import { type ListTagsRequest, listTags } from './list-tags.ts';
import { BoundedLines, ProbeOutput } from './probe-output.ts';
import { NO_SOURCE_TAGS, type SourceTags } from './source-tags.ts';

const TIMEOUT_SECONDS = 60;

const SHOWN = [
  'format=format_name',
  'format_tags',
  'stream=index,codec_type,codec_name',
  'stream_tags',
  'stream_disposition=attached_pic',
  'chapter=start_time,end_time',
  'chapter_tags',
].join(':');

export interface ProbeTagsRequest extends ListTagsRequest {
  ffprobe: Tool;
  /** Whether the file is known to have a film or a cover: ffprobe gives up where it may not open their decoders. */
  hasPictures?: boolean | undefined;
  /** The lines with which a tool has described the file already, where they are known. */
  description?: readonly string[] | undefined;
}

/**
 * Reads what the file says about itself. Where its description does not show all of that, ffprobe is asked, which does it best for
 * sound. Where it fails, as it does with pictures, ffmpeg is asked.
 * A file whose tags cannot be read has none: its sound is worth converting. Throws the signal's reason when aborted, and an
 * error when a tool cannot be started.
 */
export async function probeTags(request: ProbeTagsRequest): Promise<SourceTags> {
  const described = request.description && describedTags(request.description, request.audioIndex);
  if (described) return described;
  if (request.hasPictures) return listTags(request);
  return complete(request, await run(request, HEADER_ONLY));
}

/** Tags are in the header, so that ffprobe need not read and decode the streams. */
const HEADER_ONLY = ['-nofind_stream_info'];

export interface TagsInProgress extends AsyncDisposable {
  tags(): Promise<SourceTags>;
}

/** Begins to read the tags while the sound is converted. When it is disposed of, the processes have ended. */
export function beginToProbeTags(request: ProbeTagsRequest): TagsInProgress {
  const ended = new AbortController();
  const running = probeTags({ ...request, signal: AbortSignal.any([request.signal, ended.signal]) });
  const settled = running.catch(() => undefined);
  return {
    tags: () => running,
    async [Symbol.asyncDispose]() {
      ended.abort();
      await settled;
    },
  };
}

interface Found {
  output: ProbeOutput;
  isKilled: boolean;
}

async function complete(request: ProbeTagsRequest, found: Found): Promise<SourceTags> {
  const isFlv = found.output.sourceTags(request.audioIndex).formatName === 'flv';
  // In FLV, tags are a packet.
  const { output, isKilled } = isFlv ? await run(request, []) : found;
  const tags = output.sourceTags(request.audioIndex);
  // ffprobe prints the container last.
  if (tags.formatName) return tags;
  // A file that takes too long would do so again.
  return isKilled ? NO_SOURCE_TAGS : listTags(request);
}

async function run(request: ProbeTagsRequest, options: readonly string[]): Promise<Found> {
  const { ffprobe, folder, inputArguments, signal } = request;
  const output = new ProbeOutput();
  const lines = new BoundedLines((line) => output.readLine(line));
  // By default, ffprobe replaces bytes that are not UTF-8.
  const shape = ['-v', 'error', '-of', 'ini=string_validation=ignore', '-show_entries', SHOWN];
  const { killedBy } = await runTool(ffprobe, [...options, ...shape, ...inputArguments], {
    folder,
    signal,
    timeoutSeconds: TIMEOUT_SECONDS,
    onOutput: (bytes) => lines.write(bytes),
  });
  lines.end();
  return { output, isKilled: killedBy !== null };
}
