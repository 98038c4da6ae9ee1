import type { Mp3Details } from '../../../../../shared/jobs/mp3-details.ts';
import { t } from '../../text/language.ts';

export type Chapter = Mp3Details['chapters'][number];

/** The index of the chapter that is playing; -1 before the first one, and between two of them. @param time seconds */
export const chapterAt = (chapters: readonly Chapter[], time: number): number =>
  // Half a sample of tolerance would do. Browsers seek to a whole frame, which may begin a little earlier.
  chapters.findLastIndex(
    ({ start_seconds, end_seconds }) => start_seconds <= time + 0.05 && time < end_seconds,
  );

export const chapterTitle = ({ title }: Chapter, index: number): string =>
  title === '' ? t('result.chapter_untitled', { number: index + 1 }) : title;
