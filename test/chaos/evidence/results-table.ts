import { type Evidence, FINAL_STATES } from '../../verdict/evidence.ts';
import { passed, type Verdict } from '../../verdict/verdict.ts';
import type { History } from '../history.ts';

const MAX_LISTED = 20;

export interface Summary {
  name: string;
  seed: number;
  blobs: string;
  history: History;
  faultEffects: Evidence['faultEffects'];
  verdict: Verdict;
  /** Measurements, and what was left out. */
  notes: string[];
}

/** The table at the end of an experiment, with a list of all findings below it. */
export function resultsTable({ name, seed, blobs, history, faultEffects, verdict, notes }: Summary): string {
  const { uploads, faults } = history;
  const count = (state: string) => uploads.filter((upload) => upload.state === state).length;
  const kinds = Object.entries(Object.groupBy(faults, ({ kind }) => kind)).map(([kind, all = []]): Row => {
    const effect = faultEffects.find((entry) => entry.kind === kind);
    const hits = effect && `${all.length}, and hit work in progress ${effect.effective} times`;
    return [`  ${kind}`, hits ?? all.length];
  });
  const { finalStates } = verdict;
  const rows: Row[] = [
    ['seed', seed],
    ['blobs', blobs],
    ['faults', faults.length],
    ...kinds,
    ['uploads', uploads.length],
    ['  attempts', uploads.flatMap(({ attempts }) => attempts).length],
    ['  hung up by the client', count('hung up')],
    ['  given up by the client', count('given up')],
    ['jobs accepted', count('accepted')],
    ...FINAL_STATES.map(
      (state): Row => [`  ${state === 'gone' ? 'deleted' : state}`, finalStates[state] ?? 0],
    ),
    ['gave up', verdict.gaveUp.length],
    ['lost', verdict.lost.length],
    ['wrong', verdict.wrong.length],
    ['mails lost', verdict.lostMails.length],
    ['duplicate mails, explained by a kill during the send', verdict.explained.length],
    ['duplicate mails, unexplained', verdict.unexplained.length],
    ['orphan chunks and manifests', verdict.orphans.length],
    ['folders and processes left behind', verdict.leftovers.length],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const { finalStates: _, ...findings } = verdict;
  const details = Object.entries(findings).flatMap(([kind, all]) => listFindings(kind, all));
  return [
    '',
    name,
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    ...notes.map((note) => `  ${note}`),
    ...details,
    '',
    `${passed(verdict) ? 'PASS' : 'FAIL'}: ${name}, seed ${seed}`,
  ].join('\n');
}

type Row = [name: string, value: string | number];

function listFindings(kind: string, all: readonly string[]): string[] {
  if (all.length === 0) return [];
  const more = all.length > MAX_LISTED ? [`    and ${all.length - MAX_LISTED} more`] : [];
  return ['', `  ${kind}:`, ...all.slice(0, MAX_LISTED).map((finding) => `    ${finding}`), ...more];
}
