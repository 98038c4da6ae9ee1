import type { Totals } from '../load/load-test.ts';

/** What was done to a system, for the table at the end. */
export class Actions {
  /** Overlays that the API server accepted. */
  readonly overlays: string[] = [];
  readonly deletedPods: string[] = [];
  readonly killed: string[] = [];
  /** How the converters were scaled, and by what. */
  readonly scaled: string[] = [];
  /** Services that were rolled out and rolled back. */
  readonly rolledOut: string[] = [];
  readonly restarted: string[] = [];
  /** What the program in the place of ffmpeg got, as a table. */
  intrusions = '';

  /** The table that `npm run test:k8s` prints in the end. */
  table({ accepted, done, findings }: Totals): string {
    const { lost = 0, wrong = 0, lostMails = 0, unexplained = 0, orphans = 0, ...more } = findings;
    const others = Object.values(more).reduce((sum, count) => sum + count, 0);
    const counted = (names: string[]): string => `${names.length}`.padEnd(8) + names.join(', ');
    const rows: [string, string | number][] = [
      ['jobs accepted', accepted],
      ['jobs done', done],
      ['overlays accepted', counted(this.overlays)],
      ['pods deleted', counted(this.deletedPods)],
      ['processes killed', counted(this.killed)],
      ['converters scaled', this.scaled.join('; ') || 'no'],
      ['rolled out, and back', counted(this.rolledOut)],
      ['StatefulSets restarted', counted(this.restarted)],
      ['jobs lost', lost],
      ['jobs wrong', wrong],
      ['mails lost', lostMails],
      ['duplicated', unexplained],
      ['keys left over', orphans],
      ['other findings', others],
    ];
    const table = rows.map(([name, value]) => `${name.padEnd(26)}${value}`.trimEnd()).join('\n');
    return [table, this.intrusions].filter(Boolean).join('\n\n');
  }
}
