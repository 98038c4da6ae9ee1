import { runTool } from '../ffmpeg/run-tool.ts';
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
  /** Path of ffprobe. */
  ffprobe: string;
}

/**
 * Reads what the file says about itself. ffprobe does that best. Where it fails because one stream is broken, ffmpeg does it.
 * A file whose tags cannot be read has none: its sound is worth converting. Throws the signal's reason when aborted, and an
 * error when a tool cannot be started.
 */
export async function probeTags(request: ProbeTagsRequest): Promise<SourceTags> {
  // Tags are in the header, so that ffprobe need not read and decode the streams.
  const found = await run(request, ['-nofind_stream_info']);
  // In FLV, they are a packet.
  return found.formatName === 'flv' ? await run(request, []) : found;
}

async function run(request: ProbeTagsRequest, options: readonly string[]): Promise<SourceTags> {
  const { ffprobe, folder, inputArguments, audioIndex, signal } = request;
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
  const tags = output.sourceTags(audioIndex);
  // ffprobe prints the container last.
  if (tags.formatName) return tags;
  // A file that takes too long would do so again.
  return killedBy ? NO_SOURCE_TAGS : listTags(request);
}
