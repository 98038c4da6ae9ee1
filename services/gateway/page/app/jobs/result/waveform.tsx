import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { BAR, barCount, barsOf, HEIGHT, pathOf } from './waveform-path.ts';

/** Draws the peaks as bars. What was played has another color. @param share how much was played, from 0 to 1 */
export function Waveform({ peaks, share }: { peaks: readonly number[]; share: number }) {
  const drawing = useRef<SVGSVGElement>(null);
  const count = useSignal(barCount(640));
  useEffect(() => {
    const { current } = drawing;
    if (current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) count.value = barCount(entry.contentRect.width);
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  const path = useMemo(() => pathOf(barsOf(peaks, count.value)), [peaks, count.value]);
  return (
    <svg
      ref={drawing}
      class="waveform"
      viewBox={`0 0 ${count.value * BAR} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      <path d={path} />
      <path class="played" d={path} style={{ clipPath: `inset(0 ${(1 - share) * 100}% 0 0)` }} />
    </svg>
  );
}
