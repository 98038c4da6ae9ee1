import { effect, untracked } from '@preact/signals';
import { announce } from '../../shell/announce.tsx';
import { formatPercent } from '../../text/format.ts';
import { t } from '../../text/language.ts';
import { sentFilms, uploadProgress } from '../state.ts';

/** Has a screen reader tell the progress of all films together: after each quarter, and at the end. */
export function speakProgress(): void {
  let spoken: number | undefined;
  effect(() => {
    const { value } = uploadProgress;
    const quarter = value && quarterOf(value);
    untracked(() => {
      if (quarter === undefined && spoken !== undefined && sentFilms.value.length === 0)
        announce(t('convert.spoken.end'));
      if (quarter !== undefined && quarter > (spoken ?? 0))
        announce(t('convert.spoken.progress', { percent: formatPercent(quarter / 4) }));
    });
    spoken = quarter;
  });
}

export const quarterOf = ({ sent, total }: { sent: number; total: number }): number =>
  total === 0 ? 0 : Math.min(3, Math.floor((sent / total) * 4));
