import { isNarrative } from './language.ts';

const SECONDARY_DISPOSITIONS = ['comment', 'visual_impaired', 'hearing_impaired', 'descriptions'];

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

export interface TrackMarks {
  /** ffmpeg's names of the flags of a track, such as `comment`: 1 where it is set. */
  disposition: Readonly<Record<string, number>>;
  /** In lower case, or null. */
  language: string | null;
  title: string | null;
}

/** Whether a track is a comment on the film, or describes the picture: not the sound of the film itself. */
export const isSecondary = ({ disposition, language, title }: TrackMarks): boolean =>
  SECONDARY_DISPOSITIONS.some((name) => disposition[name]) ||
  isNarrative(language) ||
  hasSecondaryTitle(title);
