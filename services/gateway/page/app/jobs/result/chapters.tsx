import { formatClock } from '../../text/format.ts';
import { t } from '../../text/language.ts';
import { type Chapter, chapterAt, chapterTitle } from './chapter-at.ts';
import type { Playback } from './playback.ts';

/** The chapters. Each leads to its beginning. */
export function Chapters({
  chapters,
  playback,
}: {
  chapters: readonly Chapter[];
  playback: Playback | undefined;
}) {
  if (chapters.length === 0) return null;
  const current = playback ? chapterAt(chapters, playback.time.value) : -1;
  return (
    <section aria-labelledby="chapters-title">
      <h2 id="chapters-title">{t('result.chapters')}</h2>
      <ol class="chapters">
        {chapters.map((chapter, index) => (
          <li key={index}>
            <button
              type="button"
              class="quiet-button chapter"
              aria-current={index === current ? 'true' : undefined}
              onClick={() => playback?.seek(chapter.start_seconds)}
            >
              <span class="chapter-time">{formatClock(chapter.start_seconds)}</span>
              <span class="chapter-title" dir="auto">
                {chapterTitle(chapter, index)}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
