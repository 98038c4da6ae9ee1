import { createDumpReader } from '../ffmpeg/probe/dump.ts';
import { runTool } from '../ffmpeg/run-tool.ts';
import type { PictureTools } from './extract-cover.ts';
import { Ffmetadata } from './ffmetadata.ts';
import { BoundedLines } from './probe-output.ts';
import { NO_SOURCE_TAGS, type SourcePicture, type SourceTags } from './source-tags.ts';

const TIMEOUT_SECONDS = 60;

export interface ListTagsRequest extends PictureTools {
  /** Index of the audio stream that is converted. */
  audioIndex: number;
}

/**
 * Reads what a file says about itself where ffprobe cannot: ffprobe gives up when the decoder of any stream cannot be opened,
 * while ffmpeg opens no decoder here. Throws the signal's reason when aborted.
 */
export async function listTags(request: ListTagsRequest): Promise<SourceTags> {
  const dump = createDumpReader();
  const file = await readMetadata(request, ['-map_metadata', '0', '-map_chapters', '0'], (line) =>
    dump.read(line.replace(/^\[info\] /, '')),
  );
  const report = dump.report();
  if (!report) return NO_SOURCE_TAGS;
  const videos = report.streams.filter(({ codec_type }) => codec_type === 'video');
  const video = videos.find(({ disposition }) => !disposition?.attached_pic);
  const [audioTags, videoTags = {}] = await Promise.all(
    [request.audioIndex, ...(video ? [video.index] : [])].map((index) => tagsOfStream(request, index)),
  );
  return {
    formatName: report.format.format_name,
    format: file.tags(),
    audio: audioTags ?? {},
    video: videoTags,
    chapters: file.chapters(),
    pictures: videos
      .filter(({ disposition }) => disposition?.attached_pic)
      .map(({ index, codec_name: codec = 'unknown', tags }): SourcePicture => {
        const kind = tags?.comment;
        return { index, codec, ...(kind !== undefined && { kind }) };
      }),
    ...(video && { videoIndex: video.index, videoCodec: video.codec_name ?? 'unknown' }),
  };
}

async function tagsOfStream(request: ListTagsRequest, index: number) {
  const metadata = await readMetadata(request, ['-map_metadata', `0:s:${index}`, '-map_chapters', '-1']);
  return metadata.tags();
}

/** Copies metadata, and no stream, as text. ffmpeg ends at once, since the output needs no packet. */
async function readMetadata(
  { ffmpeg, folder, inputArguments, signal }: ListTagsRequest,
  maps: readonly string[],
  onLine?: (line: string) => void,
): Promise<Ffmetadata> {
  const metadata = new Ffmetadata();
  const lines = new BoundedLines((line) => metadata.readLine(line));
  // Without `-copyts`, ffmpeg moves the chapters to a clock that starts at 0.
  const args = ['-nostdin', '-hide_banner', '-v', 'level+info', '-copyts', ...inputArguments];
  await runTool(ffmpeg, [...args, ...maps, '-f', 'ffmetadata', 'pipe:1'], {
    folder,
    signal,
    timeoutSeconds: TIMEOUT_SECONDS,
    ...(onLine && { onLine }),
    onOutput: (bytes) => lines.write(bytes),
  });
  lines.end();
  return metadata;
}
