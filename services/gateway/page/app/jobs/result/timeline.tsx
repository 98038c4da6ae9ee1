import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { formatClock } from '../../text/format.ts';
import { t } from '../../text/language.ts';
import { type Chapter, chapterAt, chapterTitle } from './chapter-at.ts';
import type { Playback } from './playback.ts';
import { seekByKey, timeAt } from './seek.ts';
import { Waveform } from './waveform.tsx';

/** With more chapters than this, their marks would hide the waveform. */
const MAX_MARKS = 100;

interface TimelineProps {
  playback: Playback;
  peaks: readonly number[];
  chapters: readonly Chapter[];
}

/** The waveform as a slider: where the sound is, and with which one seeks. Time runs from left to right in each language. */
export function Timeline({ playback, peaks, chapters }: TimelineProps) {
  const { time, length, seek } = playback;
  // They stay the same while the sound plays.
  const marks = useMemo(() => <Marks chapters={chapters} length={length} />, [chapters, length]);
  /** Seconds under the mouse. */
  const hovered = useSignal<number | undefined>(undefined);
  const placeOf = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return timeAt(event.clientX, { left, width, length });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const isAlone = !event.altKey && !event.ctrlKey && !event.metaKey;
    if (isAlone && (event.key === ' ' || event.key === 'Enter')) playback.toggle();
    const to = isAlone ? seekByKey(event.key, { time: time.value, length }) : undefined;
    if (to !== undefined) seek(to);
    if (to !== undefined || (isAlone && (event.key === ' ' || event.key === 'Enter'))) event.preventDefault();
  };
  return (
    <div
      class="timeline"
      dir="ltr"
      role="slider"
      tabIndex={0}
      aria-label={t('result.position')}
      aria-valuemin={0}
      aria-valuemax={Math.round(length)}
      aria-valuenow={Math.round(time.value)}
      aria-valuetext={placeText(time.value, length, chapters)}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        seek(placeOf(event));
      }}
      onPointerMove={(event) => {
        hovered.value = event.pointerType === 'mouse' ? placeOf(event) : undefined;
        if (event.currentTarget.hasPointerCapture(event.pointerId)) seek(placeOf(event));
      }}
      onPointerLeave={() => {
        hovered.value = undefined;
      }}
    >
      <Waveform peaks={peaks} share={length > 0 ? time.value / length : 0} />
      {marks}
      {hovered.value !== undefined && (
        <Hint at={hovered.value} length={length} text={hintOf(hovered.value, chapters)} />
      )}
    </div>
  );
}

function Marks({ chapters, length }: { chapters: readonly Chapter[]; length: number }) {
  if (chapters.length > MAX_MARKS || length <= 0) return null;
  // At the edges, a mark would say nothing.
  const starts = chapters
    .map(({ start_seconds }) => start_seconds)
    .filter((start) => start > 0 && start < length);
  return starts.map((start, index) => (
    <span key={index} class="chapter-mark" style={{ left: `${(start / length) * 100}%` }} />
  ));
}

function Hint({ at, length, text }: { at: number; length: number; text: string }) {
  // Within the timeline, also at its ends.
  const share = (at / length) * 100;
  return (
    <span
      class="timeline-hint"
      aria-hidden="true"
      style={{ left: `${share}%`, transform: `translateX(-${share}%)` }}
    >
      <bdi>{text}</bdi>
    </span>
  );
}

function hintOf(time: number, chapters: readonly Chapter[]): string {
  const index = chapterAt(chapters, time);
  const chapter = chapters[index];
  return chapter === undefined ? formatClock(time) : `${formatClock(time)} · ${chapterTitle(chapter, index)}`;
}

function placeText(seconds: number, whole: number, chapters: readonly Chapter[]): string {
  const values = { time: formatClock(seconds), length: formatClock(whole) };
  const index = chapterAt(chapters, seconds);
  const chapter = chapters[index];
  if (chapter === undefined) return t('result.position_of', values);
  return t('result.position_in', { ...values, chapter: chapterTitle(chapter, index) });
}
