import { createDumpReader } from '../ffmpeg/probe/dump.ts';
import { describedStreams } from './described-streams.ts';
import type { RawChapter, RawTags, SourceTags } from './source-tags.ts';
import { fieldOfRaw } from './tag-names.ts';

/** Bytes of a text that the log shows without a doubt: it cuts each at 255. */
const SHOWN_BYTES = 250;
/** Stands for what the log does not show: bytes that are no UTF-8, and a text of several lines. */
const UNKNOWN = '\ufffd';

const STREAM_LINE = /^ {2}Stream #0:(\d+)\D/;
const CHAPTER_LINE = /^ {4}Chapter #\d+:\d+: start (\S+), end (\S+)$/;
/** Their tags are indented like those of a stream. */
const OTHER_PART = /^ {2}(?:No )?(?:Program|Stream group)\b/;
const TAG_LINE = /^( +)(\S+?) *: (.*)$/;
const CONTINUED_LINE = /^ +: /;

interface Part {
  /** Spaces before each of its tags. */
  indent: number;
  tags: Map<string, string>;
}

interface DescribedChapter {
  start: number;
  end: number;
  tags: Map<string, string>;
}

/**
 * Reads the tags of a file from the lines by which ffmpeg or ffprobe have described it, so that no other run is needed. Returns
 * undefined where the log may not show a tag that is kept as it is: it cuts long texts, and replaces control characters by `?` and
 * bytes that are no UTF-8. A lone carriage return is the exception: it is shown as a space.
 *
 * @param audioIndex of the stream that is converted
 */
export function describedTags(lines: readonly string[], audioIndex: number): SourceTags | undefined {
  const dump = createDumpReader();
  for (const line of lines) dump.read(line);
  const report = dump.report();
  if (!report) return undefined;
  const { file, streams, chapters } = partsOf(lines);
  const described = describedStreams(report);
  const { formatName, videoIndex = -1 } = described;
  const audio = streams.get(audioIndex) ?? new Map();
  // Only in Ogg may the tags of a song stand in the film.
  const video = (formatName === 'ogg' && streams.get(videoIndex)) || new Map();
  const isCertain =
    [file, audio, video].every(isShown) && chapters.every(({ tags }) => isCertainText(tags.get('title')));
  if (!isCertain) return undefined;
  return {
    ...described,
    ...{ format: rawTags(file), audio: rawTags(audio), video: rawTags(video) },
    chapters: chapters.map(rawChapter),
  };
}

function partsOf(lines: readonly string[]) {
  const file = new Map<string, string>();
  const streams = new Map<number, Map<string, string>>();
  const chapters: DescribedChapter[] = [];
  let part: Part | undefined = { indent: 4, tags: file };
  let last: string | undefined;
  for (const line of lines) {
    const [, index] = STREAM_LINE.exec(line) ?? [];
    const [, start, end] = CHAPTER_LINE.exec(line) ?? [];
    const [, indent = '', name, value = ''] = TAG_LINE.exec(line) ?? [];
    if (index !== undefined) {
      // A stream of several programmes is printed once for each.
      const tags = streams.get(Number(index)) ?? new Map();
      streams.set(Number(index), tags);
      part = { indent: 6, tags };
    } else if (start !== undefined) {
      const chapter = { start: Number(start), end: Number(end), tags: new Map() };
      chapters.push(chapter);
      part = { indent: 8, tags: chapter.tags };
    } else if (OTHER_PART.test(line)) {
      part = undefined;
    } else if (CONTINUED_LINE.test(line)) {
      if (last !== undefined) part?.tags.set(last, UNKNOWN);
    } else if (name !== undefined && part?.indent === indent.length) {
      last = name;
      if (!part.tags.has(name)) part.tags.set(name, value);
    }
  }
  return { file, streams, chapters };
}

/** Whether the log shows all tags that are kept as they are. */
const isShown = (tags: ReadonlyMap<string, string>): boolean =>
  [...tags].every(
    ([name, value]) =>
      !name.includes(UNKNOWN) && (isCertainText(value) || fieldOfRaw(latin1Of(name)) === undefined),
  );

const isCertainText = (text = ''): boolean =>
  !text.includes('?') && !text.includes(UNKNOWN) && Buffer.byteLength(text) < SHOWN_BYTES;

/** The log is UTF-8. */
const latin1Of = (text: string): string => Buffer.from(text).toString('latin1');

const rawTags = (tags: ReadonlyMap<string, string>): RawTags =>
  Object.fromEntries([...tags].map(([name, value]) => [latin1Of(name), latin1Of(value)]));

function rawChapter({ start, end, tags }: DescribedChapter): RawChapter {
  const title = tags.get('title');
  return { start, end, ...(title !== undefined && { title: latin1Of(title) }) };
}
