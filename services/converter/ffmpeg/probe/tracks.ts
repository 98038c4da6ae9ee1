import { languageOf } from '../../../shared/tracks/language.ts';
import { isSecondary } from '../../../shared/tracks/secondary.ts';
import { titleOf } from '../../../shared/tracks/title.ts';
import { titleOfCodec } from './codec-titles.ts';
import type { FileReport, StreamReport } from './report.ts';
import type { SourceTrack } from './source-track.ts';
import { taggedEnd } from './stated-length.ts';

/** Characters of the name of a codec that are kept. */
const MAX_CODEC = 32;

/** Returns the audio and video tracks in the order of the file. A cover picture is not a track. */
export function tracksOf(
  { streams, format, packets }: FileReport,
  unsupported: ReadonlySet<number>,
): SourceTrack[] {
  const tracks: SourceTrack[] = [];
  let position = 0;
  for (const stream of streams) {
    const { codec_type: type, disposition = {} } = stream;
    if (type === 'audio') position += 1;
    else if (type !== 'video' || disposition.attached_pic) continue;
    tracks.push({
      ...trackOf(stream, format),
      ...(type === 'audio' ? { type, position } : { type, position: null }),
      ...(packets.some(({ stream_index }) => stream_index === stream.index) && { hasPackets: true }),
      ...(unsupported.has(stream.index) && { isDecodable: false }),
    });
  }
  return tracks;
}

function trackOf(stream: StreamReport, format: FileReport['format']): Omit<SourceTrack, 'type' | 'position'> {
  const { disposition = {}, tags = {} } = stream;
  const language = languageOf(tags.language);
  const title = titleOf(tags);
  return {
    index: stream.index,
    id: stream.id === undefined ? undefined : Number(stream.id),
    ...codecOf(stream),
    sampleRate: stream.sample_rate,
    channels: stream.channels,
    channelLayout: stream.channel_layout === 'unknown' ? undefined : stream.channel_layout,
    startSeconds: stream.start_time,
    durationSeconds: stream.duration ?? taggedEnd(stream),
    language,
    title,
    isDefault: Boolean(disposition.default),
    isDisabled: false,
    isSecondary: isSecondary({ disposition, language, title }),
    isEncrypted: isEncrypted(stream, format),
    isDecodable: isDecodable(stream),
    hasPackets: undefined,
  };
}

/** ffmpeg has opened the decoder of a stream whose sample format it knows. */
const isDecodable = ({ codec_type, sample_fmt, sample_rate, channels }: StreamReport): true | undefined =>
  codec_type === 'video' || (sample_fmt !== undefined && sample_fmt !== 'unknown' && sample_rate && channels)
    ? true
    : undefined;

const ENCRYPTED_TAGS = /^(enc[avtsm]|drm[ips])$/;

/**
 * Whether the file says that the track is encrypted: the sample entry of an MP4 (ISO 14496-12 8.12, FairPlay's `drms`), the
 * key of a Matroska track, or the protection object of ASF.
 */
const isEncrypted = (
  { codec_tag_string = '', tags = {} }: StreamReport,
  format: FileReport['format'],
): boolean =>
  ENCRYPTED_TAGS.test(codec_tag_string) ||
  tags.enc_key_id !== undefined ||
  format.tags?.encryption !== undefined ||
  format.tags?.ASF_Protection_Type !== undefined;

function codecOf({ codec_name, codec_long_name, codec_tag_string = '', codec_tag }: StreamReport) {
  if (codec_name !== undefined && codec_name !== 'unknown' && codec_name !== 'none') {
    const codec = asciiOf(codec_name);
    return { codec, codecTitle: asciiOf(codec_long_name ?? titleOfCodec(codec)) || codec };
  }
  const fourCharacters = /^[\w -]{2,4}$/.test(codec_tag_string) ? codec_tag_string.trim() : undefined;
  const codec = fourCharacters ?? (codec_tag && !/^0x0+$/.test(codec_tag) ? asciiOf(codec_tag) : 'unknown');
  return { codec, codecTitle: codec };
}

const asciiOf = (text: string): string => text.replace(/[^\x20-\x7e]/g, '').slice(0, MAX_CODEC);
