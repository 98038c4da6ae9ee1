import { z } from 'zod';

/** The fields that ffprobe prints. Tags are chosen by name, so that the output stays small. */
const SHOWN = [
  'packet=stream_index',
  'format=format_name,start_time,duration,size',
  'format_tags=ASF_Protection_Type,encryption',
  'stream=index,id,codec_type,codec_name,codec_long_name,codec_tag_string,codec_tag,sample_fmt,sample_rate',
  'stream=channels,channel_layout,start_time,duration',
  'stream_tags=language,title,handler_name,DURATION,DURATION-eng,enc_key_id',
  'stream_disposition',
].join(':');

/** ffprobe has read these packets anyway. They show which streams are not empty. */
const PACKETS = '%+#200';

/** Arguments with which ffprobe prints a report. */
export const REPORT_ARGUMENTS = ['-of', 'json', '-show_entries', SHOWN, '-read_intervals', PACKETS];

const MAX_STREAMS = 1000;

const number = z.coerce.number().optional().catch(undefined);
const positive = z.coerce.number().positive().optional().catch(undefined);
const text = z.string().optional().catch(undefined);

const stream = z.object({
  index: z.number().int(),
  /** In hexadecimal, such as `0x101`. */
  id: text,
  codec_type: text,
  codec_name: text,
  codec_long_name: text,
  codec_tag_string: text,
  codec_tag: text,
  sample_fmt: text,
  sample_rate: positive,
  channels: positive,
  channel_layout: text,
  start_time: number,
  duration: positive,
  disposition: z.record(z.string(), z.number()).optional().catch(undefined),
  tags: z.record(z.string(), z.string()).optional().catch(undefined),
});
/** A stream of a file. Times are in seconds. */
export type StreamReport = z.output<typeof stream>;

const format = z.object({
  format_name: z.string().default(''),
  start_time: number,
  duration: positive,
  /** Bytes. */
  size: positive,
  tags: z.record(z.string(), z.string()).optional().catch(undefined),
});

const fileReport = z.object({
  packets: z.array(z.object({ stream_index: z.number() })).default([]),
  streams: z.array(stream).max(MAX_STREAMS).default([]),
  format,
});
export type FileReport = z.output<typeof fileReport>;

/** Reads ffprobe's JSON. Throws where it is no such report. */
export const parseReport = (json: string): FileReport => fileReport.parse(JSON.parse(json));
