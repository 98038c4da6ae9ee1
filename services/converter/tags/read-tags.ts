import type { JobWarning } from '../../shared/jobs/warnings.ts';
import { decodeTexts } from './charset.ts';
import { cleanText, cutBytes } from './clean-text.ts';
import { removeCoordinates } from './coordinates.ts';
import { repairMojibake } from './mojibake.ts';
import type { RawChapter, RawTags, SourceTags } from './source-tags.ts';
import { fieldOfRaw } from './tag-names.ts';
import { MAX_LENGTH, normalizeDate, normalizeTrack } from './tag-values.ts';
import { type Chapter, type Field, type Tags, tagsLimited } from './tags.ts';

/** ID3 can hold more, but players read the whole tag before they start. The Bible has 1,189 chapters. */
export const MAX_CHAPTERS = 2000;
const MAX_CHAPTER_TITLE = 200;
const MAX_TAGS_OF_ONE_PART = 1000;
/** Bytes of one character in UTF-8, and some room for spaces that are removed. */
const BYTES_PER_CHARACTER = 4;

interface Candidate {
  field: Field;
  /** The smallest is the best. */
  rank: number;
  value: string;
}

/** Reads the tags that an MP3 keeps. Never throws, whatever the file says. */
export function readTags(source: SourceTags): { tags: Tags; warnings: JobWarning[] } {
  const candidates = candidatesOf(source);
  const chapters = source.chapters.slice(0, MAX_CHAPTERS);
  const titles = chapters.map(({ title = '' }) =>
    cutBytes(title, MAX_CHAPTER_TITLE * BYTES_PER_CHARACTER + 1024),
  );
  // All texts of a file are decoded together: each is evidence for the character set of the others.
  const texts = repairMojibake(decodeTexts([...candidates.map(({ value }) => value), ...titles]));
  const fields: Partial<Record<Field, string>> = {};
  const limited = new Set<string>();
  for (const [index, { field }] of candidates.entries()) {
    if (fields[field] !== undefined) continue;
    const { text, isCut } = cleanField(field, texts[index] ?? '');
    if (text === '') continue;
    fields[field] = text;
    if (isCut) limited.add(`The ${field} of the file was too long, and was cut.`);
  }
  if (source.chapters.length > MAX_CHAPTERS) {
    limited.add(`The file has more than ${MAX_CHAPTERS} chapters. The MP3 has only the first ones.`);
  }
  return {
    tags: {
      ...fields,
      chapters: chapters.map((each, index) => chapterOf(each, texts[candidates.length + index])),
    },
    warnings: [...limited].map(tagsLimited),
  };
}

/** Returns the values that the fields may have, best first. */
function candidatesOf(source: SourceTags): Candidate[] {
  const { formatName, format, audio, video } = source;
  const ofFormat = candidatesOfPart(format, 0);
  const ofAudio = candidatesOfPart(audio, 100);
  // Ogg has no tags but those of its streams. In a film, they may stand in the video alone.
  if (formatName === 'ogg') return sorted([...ofFormat, ...ofAudio, ...candidatesOfPart(video, 200)]);
  // Elsewhere, the title of a track is its name, such as «Surround 5.1», unless the track is tagged as a song is.
  const isSong = ofAudio.some(({ field }) => field === 'artist' || field === 'album');
  return sorted([...ofFormat, ...ofAudio.filter(({ field }) => isSong || field !== 'title')]);
}

const sorted = (candidates: Candidate[]) => candidates.sort((a, b) => a.rank - b.rank);

function candidatesOfPart(tags: RawTags, rankOfPart: number): Candidate[] {
  return Object.keys(tags)
    .slice(0, MAX_TAGS_OF_ONE_PART)
    .flatMap((rawName) => {
      const name = fieldOfRaw(rawName);
      if (!name) return [];
      const cut = cutBytes(tags[rawName] ?? '', MAX_LENGTH[name.field] * BYTES_PER_CHARACTER + 1024);
      return [{ field: name.field, rank: rankOfPart + name.rank, value: cut }];
    });
}

/** Returns the value of a field, or an empty text where it is nothing that may be kept. */
export function cleanField(field: Field, raw: string): { text: string; isCut: boolean } {
  const { text, isCut } = cleanText(raw, MAX_LENGTH[field], { lines: field === 'comment' });
  if (field === 'date') return { text: normalizeDate(text), isCut: false };
  if (field === 'track') return { text: normalizeTrack(text), isCut: false };
  return { text: removeCoordinates(text), isCut };
}

function chapterOf({ start = Number.NaN, end = Number.NaN }: RawChapter, rawTitle = ''): Chapter {
  const title = removeCoordinates(cleanText(rawTitle, MAX_CHAPTER_TITLE).text);
  return title ? { start, end, title } : { start, end };
}
