import { isNarrative, languageOf } from './languages.ts';
import type { FileReport, StreamReport } from './report.ts';
import type { SourceTrack } from './source-track.ts';
import { taggedEnd } from './stated-length.ts';

/** Characters of a title that are kept. */
const MAX_TITLE = 100;
const MAX_CODEC = 32;

/** What programs write into the handler's name of an MP4 track where nobody has named the track. */
const GENERIC_NAME =
  /handle|media|track|gpac|core|lavf|l-smash|mainconcept|^(sound|audio|stereo|surround|mono)$/i;

/** Names of tracks that are not the sound of the film itself, in the languages that films are sold in. */
const SECONDARY_TITLE = new RegExp(
  [
    ...[
      'comment',
      'kommentar',
      'coment[aá]r',
      'comento',
      'koment',
      'комментари',
      'коментар',
      'σχόλια',
      'yorum',
    ],
    ...['解説', '解说', '評論', '评论', 'コメンタリー', '코멘터리', '해설'],
    ...['descri(bed|ptive)', 'audio ?-?descri', 'audiodes[ck]', 'h[oö]rfilm', 'bildbeschreib'],
    ...['visual(ly)?[ -]impair', 'syn(s)?tolk', 'beskriv', 'тифло', 'hearing[ -]impair', 'clean audio'],
    ...['karaoke', 'isolated (score|music)'],
  ].join('|'),
  'iu',
);
/** Audio description and Descriptive Video Service. In lower case they are other words. */
const SECONDARY_ABBREVIATION = /\b(AD|DVS)\b/;

const hasSecondaryTitle = (title: string | null): boolean =>
  title !== null && (SECONDARY_TITLE.test(title) || SECONDARY_ABBREVIATION.test(title));

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
  const isMarkedSecondary =
    disposition.comment ||
    disposition.visual_impaired ||
    disposition.hearing_impaired ||
    disposition.descriptions;
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
    isSecondary: Boolean(isMarkedSecondary) || isNarrative(language) || hasSecondaryTitle(title),
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
    return { codec, codecTitle: asciiOf(codec_long_name ?? '') || codec };
  }
  const fourCharacters = /^[\w -]{2,4}$/.test(codec_tag_string) ? codec_tag_string.trim() : undefined;
  const codec = fourCharacters ?? (codec_tag && !/^0x0+$/.test(codec_tag) ? asciiOf(codec_tag) : 'unknown');
  return { codec, codecTitle: codec };
}

const asciiOf = (text: string): string => text.replace(/[^\x20-\x7e]/g, '').slice(0, MAX_CODEC);

function titleOf({ title, handler_name }: Record<string, string>): string | null {
  const named = handler_name !== undefined && !GENERIC_NAME.test(handler_name) ? handler_name : '';
  // Bidirectional controls could make a title show other text than it holds.
  const plain = (title ?? named)
    .replace(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .trim();
  return [...plain].slice(0, MAX_TITLE).join('') || null;
}
