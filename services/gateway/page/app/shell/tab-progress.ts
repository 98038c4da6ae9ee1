import { formatPercent } from '../text/format.ts';
import { t } from '../text/language.ts';

/** What is being done. `share`: from 0 to 1. */
export type Activity =
  | { kind: 'sending'; share: number }
  | { kind: 'converting'; share: number }
  | { kind: 'waiting' };

/** What the tab tells somebody who looks at another one. */
export interface TabState {
  /** Undefined where nothing is being done. */
  activity: Activity | undefined;
  /** What became of it, until somebody looks at the page. */
  outcome: 'done' | 'failed' | undefined;
  /** What the page shows, such as the name of a film. */
  name: string | undefined;
}

const PLAIN_ICON = '/assets/icon.svg';
const BACKGROUND = '#0b6e5f';
const BAD = '#b3261e';

export function titleOf({ activity, outcome, name }: TabState): string {
  if (activity?.kind === 'waiting') return t('shell.tab.waiting');
  if (activity !== undefined)
    return t(`shell.tab.${activity.kind}`, {
      percent: formatPercent(Math.floor(activity.share * 100) / 100),
    });
  if (outcome !== undefined) return t(`shell.tab.${outcome}`);
  return name === undefined ? t('shell.tab.page') : t('shell.tab.name', { name });
}

/** The URL of the icon: a ring that is filled as far as the work is done, or what became of it. */
export function iconOf({ activity, outcome }: TabState): string {
  if (activity !== undefined)
    return drawing(BACKGROUND, ring(activity.kind === 'waiting' ? 0 : activity.share));
  if (outcome === 'done') return drawing(BACKGROUND, '<path d="m8 17 6 6 10-13"/>');
  if (outcome === 'failed') return drawing(BAD, '<path d="M16 7v11m0 6v.01"/>');
  return PLAIN_ICON;
}

/** The icon is small, so it changes in steps of a twentieth. */
function ring(share: number): string {
  const percent = Math.floor(share * 20) * 5;
  const circle = '<circle cx="16" cy="16" r="10" pathLength="100" transform="rotate(-90 16 16)"';
  return `${circle} opacity=".35"/>${circle} stroke-dasharray="${percent} 100"/>`;
}

const drawing = (background: string, content: string): string =>
  `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="${background}"/>` +
      `<g fill="none" stroke="#fff" stroke-width="4" stroke-linejoin="round">${content}</g></svg>`,
  )}`;
