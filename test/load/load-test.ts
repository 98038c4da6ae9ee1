import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type Known, verdictOf, type Witness } from './check-films.ts';
import { type Footage, type Sent, sendFilms } from './send-films.ts';
import { describe, type Tally, type User } from './user.ts';

export interface TrialOptions {
  system: Witness;
  users: readonly User[];
  /** That of the users. */
  tally: Tally;
  stateDir: string;
  /** How often the gateway looks for what is left over is short: each verdict waits for it. Else only that of `swept`. */
  sweepsOften: boolean;
  report(line: string): void;
}

export interface Load {
  /** At least so many films, and on until what is done meanwhile is over. */
  jobs: number;
  /** Between two films of one user. */
  pauseMs: number;
  /** A user with so many jobs that have not ended waits before the next film. */
  openPerUser?: number;
  footage: Footage;
}

/** What became of all that was sent. */
export interface Sum {
  accepted: number;
  /** By the last verdict. */
  done: number;
  /** Of all verdicts, by kind: lost, wrong, lostMails, unexplained (a mail that came twice), orphans, … */
  findings: Readonly<Record<string, number>>;
}

export interface Trial {
  readonly ledger: readonly Sent[];
  /** Films are sent during `what`; then all must be well, and nothing be left. */
  underLoad(name: string, load: Load, what: () => Promise<unknown>): Promise<void>;
  /** The last verdict, over what is left in the store as well. */
  swept(): Promise<void>;
  sum(): Sum;
}

/** One system under load, again and again. The verdict is over all that was ever sent; a finding is told once. */
export async function createTrial(options: TrialOptions): Promise<Trial> {
  const { system, users, tally, stateDir, sweepsOften, report } = options;
  const before = new Set((await system.readStore()).jobs.map(({ id }) => id));
  const ledger: Sent[] = [];
  const known: Known = { jobs: new Map(), seconds: new Map(), mails: new Map() };
  const told = new Set<string>();
  const run = randomUUID().slice(0, 8);
  let done = 0;

  async function look(name: string, swept: boolean): Promise<void> {
    const verdict = await verdictOf({ system, ledger, before, swept, known, stateDir });
    if (verdict.late.length > 0)
      report(`${name}: LEFT UNTIL IT EXPIRES, arrived late: ${verdict.late.join(', ')}`);
    done = verdict.done;
    const fresh = verdict.findings.filter((finding) => !told.has(finding));
    for (const finding of fresh) told.add(finding);
    assert.deepEqual(fresh, []);
    report(`${name}: ${done} jobs done until now, each with one MP3 and one mail`);
  }

  return {
    ledger,
    async underLoad(name, load, what) {
      const began = ledger.length;
      tally.clear();
      await sendFilms({ users, name, run, ...load, during: what(), ledger });
      report(`${name}: ${ledger.length - began} films sent; the tries of the users: ${describe(tally)}`);
      await look(name, sweepsOften);
    },
    async swept() {
      // What was right once may have been lost since.
      known.jobs.clear();
      await look('in the end', true);
    },
    sum() {
      const findings: Record<string, number> = {};
      for (const finding of told) {
        const [kind = ''] = finding.split(':');
        findings[kind] = (findings[kind] ?? 0) + 1;
      }
      return { accepted: ledger.filter(({ id }) => id !== undefined).length, done, findings };
    },
  };
}
