import { createDumpReader } from '../ffmpeg/probe/dump.ts';
import { runTool } from '../ffmpeg/run-tool.ts';
import { describedStreams } from './described-streams.ts';
import type { PictureTools } from './extract-cover.ts';
import { Ffmetadata } from './ffmetadata.ts';
import { BoundedLines } from './probe-output.ts';
import { NO_SOURCE_TAGS, type RawTags, type SourceTags } from './source-tags.ts';

const TIMEOUT_SECONDS = 60;

export interface ListTagsRequest extends PictureTools {
  /** Index of the audio stream that is converted. It is negative where there is none. */
  audioIndex: number;
  /** ffmpeg's name of the container, where it is known. */
  formatName?: string | undefined;
}

/**
 * Reads what a file says about itself where ffprobe cannot: ffprobe gives up when the decoder of any stream cannot be opened,
 * while ffmpeg opens no decoder here. Throws the signal's reason when aborted.
 */
export async function listTags(request: ListTagsRequest): Promise<SourceTags> {
  const dump = createDumpReader();
  const { metadata, isRefused } = await readMetadata(request, ofFileAndStreams(request), (line) =>
    dump.read(line.replace(/^\[info\] /, '')),
  );
  const report = dump.report();
  if (!report) return NO_SOURCE_TAGS;
  const described = describedStreams(report);
  const found = isRefused
    ? await readOneByOne(request, described.videoIndex)
    : { file: metadata, ...byStream(metadata.streams(), request) };
  return {
    ...described,
    format: found.file.tags(),
    audio: found.audio ?? {},
    video: found.video ?? {},
    chapters: found.file.chapters(),
  };
}

const OF_FILE = ['-map_metadata', '0', '-map_chapters', '0'];
const hasAudio = ({ audioIndex }: ListTagsRequest): boolean => audioIndex >= 0;

/** Only in Ogg may the tags of a song stand in the film. */
const wantsFilm = ({ formatName = 'ogg' }: ListTagsRequest): boolean => formatName === 'ogg';

/** ffmpeg prints the tags of the mapped streams behind those of the file, and copies no packet. `V` leaves out covers. */
const ofFileAndStreams = (request: ListTagsRequest): string[] => [
  ...(hasAudio(request) ? ['-map', `0:${request.audioIndex}`] : []),
  ...(wantsFilm(request) ? ['-map', '0:V:0?'] : []),
  ...['-c', 'copy', '-frames', '0', ...OF_FILE],
];

function byStream(streams: readonly RawTags[], request: ListTagsRequest) {
  const [audio, video] = hasAudio(request) ? streams : [undefined, ...streams];
  return { audio, video };
}

/** Reads the tags of each part by itself: ffmpeg refuses to copy a stream whose size or sample rate it does not know. */
async function readOneByOne(request: ListTagsRequest, videoIndex: number | undefined) {
  const indexes = [
    hasAudio(request) ? request.audioIndex : undefined,
    wantsFilm(request) ? videoIndex : undefined,
  ];
  const ofStream = async (index: number | undefined) =>
    index === undefined
      ? undefined
      : readMetadata(request, ['-map_metadata', `0:s:${index}`, '-map_chapters', '-1']);
  const [file, audio, video] = await Promise.all([
    readMetadata(request, OF_FILE),
    ...indexes.map(ofStream),
  ] as const);
  return { file: file.metadata, audio: audio?.metadata.tags(), video: video?.metadata.tags() };
}

/** Copies metadata as text. */
async function readMetadata(
  { ffmpeg, folder, inputArguments, signal }: ListTagsRequest,
  maps: readonly string[],
  onLine?: (line: string) => void,
): Promise<{ metadata: Ffmetadata; isRefused: boolean }> {
  const metadata = new Ffmetadata();
  const lines = new BoundedLines((line) => metadata.readLine(line));
  // Without `-copyts`, ffmpeg moves the chapters to a clock that starts at 0.
  const args = ['-nostdin', '-hide_banner', '-v', 'level+info', '-copyts', ...inputArguments];
  const { code } = await runTool(ffmpeg, [...args, ...maps, '-f', 'ffmetadata', 'pipe:1'], {
    folder,
    signal,
    timeoutSeconds: TIMEOUT_SECONDS,
    ...(onLine && { onLine }),
    onOutput: (bytes) => lines.write(bytes),
  });
  lines.end();
  return { metadata, isRefused: code !== null && code !== 0 };
}
