import type { Field } from './tags.ts';

/**
 * Names of each field, best first. This is an allow-list: everything else that a file says about itself is dropped, such as
 * places, phone models, serial numbers, encoders and times of recording. ffmpeg translates most names of most containers;
 * the others are names that it passes on: Vorbis comments, Matroska, RIFF INFO, ID3 and QuickTime.
 */
export const NAMES: Record<Field, readonly string[]> = {
  title: ['title', 'inam', '©nam', 'tit2', 'displayname'],
  artist: [
    'artist',
    'performer',
    'album_artist',
    'albumartist',
    'lead_performer',
    'author',
    'iart',
    '©art',
    'tpe1',
    'aart',
  ],
  album: ['album', 'albumtitle', 'product', 'iprd', '©alb', 'talb'],
  date: [
    'date',
    'date_released',
    'release_date',
    'year',
    'originaldate',
    'originalyear',
    'icrd',
    '©day',
    'tyer',
    'tdrc',
    'date_recorded',
  ],
  track: ['track', 'tracknumber', 'part_number', 'itrk', 'iprt', 'trck', 'trkn'],
  genre: ['genre', 'ignr', '©gen', 'tcon'],
  comment: ['comment', 'icmt', '©cmt', 'description', 'desc', 'synopsis'],
};

const FIELD_OF = new Map(
  Object.entries(NAMES).flatMap(([field, names]) =>
    names.map((name, rank) => [name, { field: field as Field, rank }] as const),
  ),
);

/** As {@link fieldOf}, for a name of which each character is one byte. */
export const fieldOfRaw = (name: string): ReturnType<typeof fieldOf> =>
  // Names are ASCII but for the © of QuickTime, which is MacRoman in the file and UTF-8 or Latin-1 from ffprobe.
  fieldOf(name.replace(/^(?:\xc2?\xa9)/, '©'));

/** Prefixes of QuickTime metadata keys and of ASF attributes. */
const PREFIX = /^(?:com\.apple\.quicktime\.|wm\/)/;
/** A language after the name: `title-eng`, `title-pt-BR`. */
const LANGUAGE = /-(?:[a-z]{3}|[a-z]{2}(?:-[a-z]{2})?)$/;

/**
 * Returns the field that a tag belongs to. `rank` orders the tags of one field; the smallest is the best, and a tag without
 * a language is better than the same tag with one. Returns undefined for a tag that is dropped.
 */
export function fieldOf(name: string): { field: Field; rank: number } | undefined {
  const key = name.slice(0, 64).toLowerCase().replace(PREFIX, '');
  const exact = FIELD_OF.get(key);
  if (exact) return exact;
  const translated = FIELD_OF.get(key.replace(LANGUAGE, ''));
  return translated && { field: translated.field, rank: translated.rank + 0.5 };
}
