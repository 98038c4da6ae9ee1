import type { FileReport, StreamReport } from './report.ts';

/*
 * ffmpeg describes a file in its log, also where ffprobe gives up because a stream of it is broken:
 *
 *   Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'input':
 *     Duration: 00:00:02.00, start: 0.000000, bitrate: 204 kb/s
 *     Stream #0:1[0x2](eng): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, stereo, fltp, 69 kb/s (default) (comment)
 *       Metadata:
 *         title           : Commentary
 *
 * The form is that of av_dump_format() and avcodec_string(). A file could forge lines of its own description by a line end in
 * the name of a tag; it would gain nothing, since ffmpeg refuses a track that does not exist.
 */

const INPUT_LINE = /^Input #0, (\S+), from /;
const DURATION_LINE = /^ {2}Duration: (?:(\d+):(\d\d):(\d\d\.\d\d)|N\/A)(?:, start: (-?\d+\.\d+))?/;
const STREAM_LINE = /^ {2}Stream #0:(\d+)(?:\[(0x[\da-f]+)\])?(?:\(([^)]*)\))?: (\w+): (.*)$/;
const TAG_LINE = /^ {6}(\S+) *: (.*)$/;
/** A tag of the file itself, before any stream. */
const FILE_TAG_LINE = /^ {4}(ASF_Protection_Type|encryption) *: (.*)$/;

const MAX_STREAMS = 1000;

const DISPOSITIONS: [text: string, name: string][] = [
  ['default', 'default'],
  ['comment', 'comment'],
  ['hearing impaired', 'hearing_impaired'],
  ['visual impaired', 'visual_impaired'],
  ['descriptions', 'descriptions'],
  ['attached pic', 'attached_pic'],
];

export interface DumpReader {
  /** Reads a line of the log, without the name of its level. */
  read(line: string): void;
  /** The description. Undefined where ffmpeg could not open the file. */
  report(): FileReport | undefined;
}

export function createDumpReader(): DumpReader {
  let format: FileReport['format'] | undefined;
  let isOver = false;
  const streams: StreamReport[] = [];
  return {
    read(line) {
      const [, format_name] = INPUT_LINE.exec(line) ?? [];
      if (format_name !== undefined) format = { format_name };
      else if (/^(Output #|Stream mapping:)/.test(line)) isOver = true;
      if (!format || isOver) return;
      const duration = DURATION_LINE.exec(line);
      if (duration) format = { ...format, ...timesOf(duration) };
      const [, fileTag] = FILE_TAG_LINE.exec(line) ?? [];
      if (fileTag !== undefined && streams.length === 0) {
        format = { ...format, tags: { ...format.tags, [fileTag]: '' } };
      }
      const stream = streamOf(line);
      // A stream of several programmes is printed once for each.
      if (stream && streams.length < MAX_STREAMS && streams.every(({ index }) => index !== stream.index)) {
        streams.push(stream);
      }
      const [, name, value] = TAG_LINE.exec(line) ?? [];
      const last = streams.at(-1);
      if (last && name !== undefined && /^(title|handler_name|comment|duration|enc_key_id)$/i.test(name)) {
        const key = /duration/i.test(name) ? 'DURATION' : name.toLowerCase();
        last.tags = { [key]: value ?? '', ...last.tags };
      }
    },
    report: () =>
      format && { format, packets: [], streams: streams.toSorted((one, other) => one.index - other.index) },
  };
}

function timesOf([, hours, minutes, seconds, start]: RegExpExecArray): {
  duration?: number;
  start_time?: number;
} {
  return {
    ...(hours !== undefined && { duration: Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) }),
    ...(start !== undefined && { start_time: Number(start) }),
  };
}

function streamOf(line: string): StreamReport | undefined {
  const [, index, id, language, type, rest = ''] = STREAM_LINE.exec(line) ?? [];
  if (index === undefined || type === undefined) return undefined;
  const [description = '', ...fields] = rest.split(', ');
  const [, tag, tagNumber] = /\((\S{4}|\S+) \/ (0x[\dA-F]+)\)/.exec(rest) ?? [];
  const dispositions = DISPOSITIONS.filter(([text]) => rest.includes(` (${text})`)).map(([, name]) => [
    name,
    1,
  ]);
  const rate = fields.findIndex((field) => /^\d+ Hz$/.test(field));
  const layout = rate < 0 ? undefined : fields[rate + 1];
  return {
    index: Number(index),
    ...(id !== undefined && { id }),
    codec_type: type.toLowerCase(),
    codec_name: /^\w+/.exec(description)?.[0],
    ...(tag !== undefined && { codec_tag_string: tag, codec_tag: tagNumber?.toLowerCase() }),
    ...(type === 'Audio' &&
      rate >= 0 && { sample_rate: Number.parseInt(fields[rate] ?? '', 10) || undefined }),
    ...(type === 'Audio' && layout !== undefined && layoutFields(layout)),
    ...(language !== undefined && { tags: { language } }),
    disposition: Object.fromEntries(dispositions),
  };
}

const layoutFields = (text: string) => {
  const layout = /^[^ ]+(?: channels)?/.exec(text)?.[0] ?? text;
  const channels = channelsOf(layout);
  return {
    ...(channels !== undefined && { channels }),
    ...(!/channels$/.test(layout) && { channel_layout: layout }),
  };
};

const NAMED_LAYOUTS: Record<string, number> = {
  mono: 1,
  stereo: 2,
  downmix: 2,
  binaural: 2,
  quad: 4,
  hexagonal: 6,
  octagonal: 8,
  cube: 8,
  hexadecagonal: 16,
};

/** Returns the number of channels of a layout by ffmpeg's name, such as `5.1(side)`, `quad` or `9 channels`. */
export function channelsOf(layout: string): number | undefined {
  const named = NAMED_LAYOUTS[layout.replace(/\(.*$/, '')];
  if (named !== undefined) return named;
  const [, stated] = /^(\d+) channels/.exec(layout) ?? [];
  if (stated !== undefined) return Number(stated) || undefined;
  const [, full, low] = /^(\d+)\.(\d+)/.exec(layout) ?? [];
  return full === undefined ? undefined : Number(full) + Number(low);
}
