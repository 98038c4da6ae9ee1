import { type Evidence, passed, type Verdict } from '../../verdict/judge.ts';
import { ENDS, type Ledger } from '../history.ts';

const NAMED = 20;

export interface Summary {
  name: string;
  seed: number;
  blobs: string;
  ledger: Ledger;
  hits: Evidence['hits'];
  verdict: Verdict;
  /** What was measured, or left out. */
  notes: string[];
}

/** The table at the end, and below it the name of everything that is not as it must be. */
export function table({ name, seed, blobs, ledger, hits, verdict, notes }: Summary): string {
  const { uploads, faults } = ledger;
  const count = (state: string) => uploads.filter((upload) => upload.state === state).length;
  const kinds = Object.entries(Object.groupBy(faults, ({ kind }) => kind)).map(([kind, all = []]): Row => {
    const hit = hits.find((entry) => entry.kind === kind);
    return [`  ${kind}`, hit ? `${all.length}, and hit work under way ${hit.hit} times` : all.length];
  });
  const { ends } = verdict;
  const rows: Row[] = [
    ['seed', seed],
    ['blobs', blobs],
    ['faults', faults.length],
    ...kinds,
    ['uploads', uploads.length],
    ['  tries', uploads.flatMap(({ tries }) => tries).length],
    ['  hung up by the client', count('hung up')],
    ['  given up by the client', count('given up')],
    ['jobs accepted', count('accepted')],
    ...ENDS.map((end): Row => [`  ${end === 'gone' ? 'deleted' : end}`, ends[end] ?? 0]),
    ['gave up', verdict.gaveUp.length],
    ['lost', verdict.lost.length],
    ['wrong', verdict.wrong.length],
    ['mails lost', verdict.lostMails.length],
    ['duplicate mails, a kill within the send', verdict.explained.length],
    ['duplicate mails, unexplained', verdict.unexplained.length],
    ['orphan chunks and manifests', verdict.orphans.length],
    ['left-over folders and processes', verdict.leftovers.length],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const { ends: _, ...findings } = verdict;
  const details = Object.entries(findings).flatMap(([kind, all]) => named(kind, all));
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

function named(kind: string, all: readonly string[]): string[] {
  if (all.length === 0) return [];
  const more = all.length > NAMED ? [`    and ${all.length - NAMED} more`] : [];
  return ['', `  ${kind}:`, ...all.slice(0, NAMED).map((finding) => `    ${finding}`), ...more];
}
