import type { Sum } from '../load/load-test.ts';

/** What was done to a system, and what came of it. */
export interface Deeds {
  /** The API server would take it, all of it. */
  overlayTaken(overlay: string): void;
  podDeleted(of: string): void;
  killed(service: string): void;
  rolledOutAndBack(service: string): void;
  serverRestarted(name: string): void;
  scaled(how: string, by: string): void;
  table(sum: Sum): string;
}

export function createDeeds(): Deeds {
  const names: Record<'taken' | 'deleted' | 'killed' | 'rolledOut' | 'restarted' | 'scaled', string[]> = {
    taken: [],
    deleted: [],
    killed: [],
    rolledOut: [],
    restarted: [],
    scaled: [],
  };
  return {
    overlayTaken: (overlay) => void names.taken.push(overlay),
    podDeleted: (of) => void names.deleted.push(of),
    killed: (service) => void names.killed.push(service),
    rolledOutAndBack: (service) => void names.rolledOut.push(service),
    serverRestarted: (name) => void names.restarted.push(name),
    scaled: (how, by) => void names.scaled.push(`${how}, by ${by}`),
    table({ accepted, done, findings }) {
      const { lost = 0, wrong = 0, lostMails = 0, unexplained = 0, orphans = 0, ...more } = findings;
      const others = Object.values(more).reduce((sum, count) => sum + count, 0);
      const counted = (what: string[]): string => `${what.length}`.padEnd(8) + what.join(', ');
      const rows: [string, string | number][] = [
        ['jobs accepted', accepted],
        ['jobs done', done],
        ['overlays taken, as a try', counted(names.taken)],
        ['pods deleted', counted(names.deleted)],
        ['processes killed', counted(names.killed)],
        ['converters scaled', names.scaled.join('; ') || 'no'],
        ['rolled out, and back', counted(names.rolledOut)],
        ['StatefulSets restarted', counted(names.restarted)],
        ['jobs lost', lost],
        ['jobs wrong', wrong],
        ['mails lost', lostMails],
        ['duplicated', unexplained],
        ['keys left over', orphans],
        ['other findings', others],
      ];
      return rows.map(([name, value]) => `${name.padEnd(26)}${value}`.trimEnd()).join('\n');
    },
  };
}
