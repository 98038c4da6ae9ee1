import { cutTo, displayWidth, fitTo } from './display-width.ts';

const BAR_CELLS = 24;
const MIN_BAR_CELLS = 4;
/** Largest part of a line that the label may take where there is more to show. */
const LABEL_SHARE = 0.45;
/** Columns that a label always gets. */
const MIN_LABEL = 12;

export interface ProgressState {
  label: string;
  /** From 0 to 1; undefined where it is not known. */
  share: number | undefined;
  /** Facts in the order of their weight, separated by two spaces: the last ones are left out first. */
  details: string;
}

export const percentOf = (share: number | undefined): string =>
  share === undefined ? '' : `${String(Math.floor(share * 100)).padStart(3)}%`;

/** One state as a line of at most `room` columns: what does not fit is cut off. */
export function progressLine({ label, share, details }: ProgressState, room: number): string {
  const texts = [label, percentOf(share), details].filter(Boolean);
  const cells = Math.min(BAR_CELLS, room - displayWidth(texts.join('  ')) - 2);
  if (share !== undefined && cells >= MIN_BAR_CELLS) texts.splice(1, 0, bar(share, cells));
  return cutTo(texts.join('  '), room);
}

/** Several states as lines below each other, with bars of one length in one column. */
export function progressTable(states: readonly ProgressState[], room: number): string[] {
  const widest = Math.max(0, ...states.map(({ label }) => displayWidth(label)));
  const labelRoom = Math.min(widest, Math.max(MIN_LABEL, Math.floor(room * LABEL_SHARE)));
  const rows = states.map(({ label, share, details }) => {
    const fitted = fitTo(label, labelRoom);
    const facts = [percentOf(share), ...details.split('  ')].filter(Boolean);
    // The first fact and a short bar are worth more than the last facts.
    const factsRoom = room - labelRoom - 2 - (share === undefined ? 0 : MIN_BAR_CELLS + 2);
    while (facts.length > 1 && displayWidth(facts.join('  ')) > factsRoom) facts.pop();
    return { label: fitted + ' '.repeat(labelRoom - displayWidth(fitted)), share, facts: facts.join('  ') };
  });
  const withBar = rows.filter(({ share }) => share !== undefined);
  const widestFacts = Math.max(0, ...withBar.map(({ facts }) => displayWidth(facts)));
  const cells = Math.min(BAR_CELLS, room - labelRoom - widestFacts - 4);
  return rows.map(({ label, share, facts }) => {
    const drawn = share !== undefined && cells >= MIN_BAR_CELLS ? [bar(share, cells)] : [];
    return cutTo([label, ...drawn, facts].join('  '), room).trimEnd();
  });
}

function bar(share: number, cells: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * cells);
  return '█'.repeat(full) + '░'.repeat(cells - full);
}
