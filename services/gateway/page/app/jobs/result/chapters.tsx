import { type ReadonlySignal, useComputed } from '@preact/signals';
import { formatClock } from '../../text/format.ts';
import { t } from '../../text/language.ts';
import { type Chapter, chapterAt, chapterTitle } from './chapter-at.ts';
import type { Playback } from './playback.ts';

interface ChaptersProps {
  chapters: readonly Chapter[];
  /** Undefined until there is a player. */
  playback: ReadonlySignal<Playback | undefined>;
}

/** The chapters. Each leads to its beginning. */
export function Chapters({ chapters, playback }: ChaptersProps) {
  // There may be two thousand of them, so they are drawn again only when another one begins.
  const current = useComputed(() => {
    const { value } = playback;
    return value === undefined ? -1 : chapterAt(chapters, value.time.value);
  }).value;
  if (chapters.length === 0) return null;
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
              onClick={() => playback.value?.seek(chapter.start_seconds)}
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
