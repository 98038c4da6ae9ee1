import { FileChangedError } from '../../../../client/file-changed.ts';
import { ClientError, ProblemError } from '../../../../client/http/errors.ts';
import { messageOf } from '../../shell/error-message.ts';
import { formatClock, formatPercent, formatSize } from '../../text/format.ts';
import { hasText, t } from '../../text/language.ts';
import type { FilmItem } from '../state.ts';

/** From 0 to 1. */
export const shareOf = ({ sent, toSend }: Pick<FilmItem, 'sent' | 'toSend'>): number =>
  toSend === 0 ? 0 : Math.min(1, sent / toSend);

/** What happens to a film that is being sent, as a sentence. */
export function stateOf(film: FilmItem): { text: string; isBad: boolean } {
  const { stage, sent, toSend } = film;
  const percent = formatPercent(shareOf(film));
  const good = (text: string) => ({ text, isBad: false });
  switch (stage.name) {
    case 'sending':
      if (stage.isWaitingForTab) return good(t('convert.state.other_tab'));
      if (stage.trouble !== undefined) return good(textOfTrouble(stage.trouble));
      if (toSend === 0) return good(t('convert.state.preparing'));
      return good(t('convert.state.sending', { sent: formatSize(sent), size: formatSize(toSend) }));
    case 'paused':
      return good(t('convert.state.paused', { percent }));
    case 'failed':
      return { text: textOfFailure(stage.error), isBad: true };
    case 'missing':
      return good(sent > 0 ? t('convert.state.missing', { percent }) : t('convert.state.missing_begun'));
    case 'elsewhere':
      return good(t('convert.state.elsewhere', { percent }));
    default:
      return good(t('convert.state.waiting'));
  }
}

/** How long sending a film still takes. Undefined where that cannot be told. */
export function timeLeftOf({ stage }: Pick<FilmItem, 'stage'>): string | undefined {
  if (stage.name !== 'sending' || stage.trouble !== undefined || stage.secondsLeft === undefined)
    return undefined;
  return t('convert.state.left', { time: formatClock(Math.max(1, stage.secondsLeft)) });
}

/** Why nothing arrives at the moment. */
export const textOfTrouble = (error: unknown): string =>
  t(error instanceof ProblemError ? 'convert.state.busy' : 'convert.state.offline');

/** Why a film was not sent, and what can be done about it. */
export function textOfFailure(error: unknown): string {
  if (error instanceof FileChangedError || error instanceof DOMException) return t('convert.failed.changed');
  const key = `convert.failed.${error instanceof ProblemError ? error.code : ''}`;
  if (hasText(key)) return t(key);
  return error instanceof ClientError ? messageOf(error) : String(error);
}
