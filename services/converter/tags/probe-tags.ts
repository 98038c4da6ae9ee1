import { runTool } from '../ffmpeg/run-tool.ts';
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

export interface ProbeTagsRequest {
  /** Path of ffprobe. */
  ffprobe: string;
  /** The private folder of the attempt. */
  folder: string;
  /** Arguments that name the input, with its allow-lists: `[...untrustedInput, '-i', INPUT]`. */
  inputArguments: readonly string[];
  /** Index of the audio stream that is converted. */
  audioIndex: number;
  signal: AbortSignal;
}

/**
 * Reads what the file says about itself. A file whose tags cannot be read has none: its sound is worth converting. Throws the
 * signal's reason when aborted, and an error when ffprobe cannot be started.
 */
export async function probeTags(request: ProbeTagsRequest): Promise<SourceTags> {
  // Tags are in the header, so that ffprobe need not read and decode the streams.
  const found = await run(request, ['-nofind_stream_info']);
  // In FLV, they are a packet.
  return found.formatName === 'flv' ? await run(request, []) : found;
}

async function run(
  { ffprobe, folder, inputArguments, audioIndex, signal }: ProbeTagsRequest,
  options: readonly string[],
): Promise<SourceTags> {
  const output = new ProbeOutput();
  const lines = new BoundedLines((line) => output.readLine(line));
  // By default, ffprobe replaces bytes that are not UTF-8.
  const shape = ['-v', 'error', '-of', 'ini=string_validation=ignore', '-show_entries', SHOWN];
  const { code } = await runTool(ffprobe, [...options, ...shape, ...inputArguments], {
    folder,
    signal,
    timeoutSeconds: TIMEOUT_SECONDS,
    onOutput: (bytes) => lines.write(bytes),
  });
  lines.end();
  // ffprobe prints the container last, and also when a stream is broken.
  const tags = output.sourceTags(audioIndex);
  return code === 0 || tags.formatName ? tags : NO_SOURCE_TAGS;
}
