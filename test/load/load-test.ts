import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { checkFilms, type KnownFacts, type SystemView } from './check-films.ts';
import { formatCounts, type ResultCounts } from './result-counts.ts';
import { type LoadUser, type SendOptions, type SentFilm, sendFilms } from './send-films.ts';

export interface LoadTestOptions {
  system: SystemView;
  users: readonly LoadUser[];
  /** The counts that the users write to. */
  counts: ResultCounts;
  stateDir: string;
  /** Whether each check includes the store. This is for a gateway whose sweep runs often; otherwise only `checkStore` does it. */
  sweepsOften: boolean;
  report(line: string): void;
}

/** How films are sent. */
export type Load = Pick<SendOptions, 'jobs' | 'pauseMs' | 'openPerUser' | 'films'>;

/** The totals of all that was sent. */
export interface Totals {
  accepted: number;
  /** By the last check. */
  done: number;
  /** Number of findings of all checks by kind, such as `lost`, `wrong`, `lostMails`, `unexplained` (a duplicate mail), `orphans`. */
  findings: Readonly<Record<string, number>>;
}

/** One system under load, again and again. Each check is about all that was ever sent, and reports a finding only once. */
export class LoadTest {
  readonly sent: SentFilm[] = [];
  readonly #options: LoadTestOptions;
  readonly #earlierIds: ReadonlySet<string>;
  readonly #known: KnownFacts = { jobs: new Map(), durations: new Map(), mails: new Map() };
  readonly #reported = new Set<string>();
  readonly #run = randomUUID().slice(0, 8);
  #done = 0;

  /** @param earlierIds ids of the jobs that belong to somebody else. */
  constructor(options: LoadTestOptions, earlierIds: ReadonlySet<string>) {
    this.#options = options;
    this.#earlierIds = earlierIds;
  }

  /** Sends films while `action` runs. Then checks that all is well and that nothing is left behind. */
  async underLoad(name: string, load: Load, action: () => Promise<unknown>): Promise<void> {
    const { users, counts, sweepsOften, report } = this.#options;
    const before = this.sent.length;
    counts.clear();
    await sendFilms({ users, name, run: this.#run, ...load, during: action(), sent: this.sent });
    report(
      `${name}: ${this.sent.length - before} films sent; all attempts of the users: ${formatCounts(counts)}`,
    );
    await this.#check(name, sweepsOften);
  }

  /** The last check. It includes the store, and looks at every job again: what was right once may be lost by now. */
  async checkStore(): Promise<void> {
    this.#known.jobs.clear();
    await this.#check('in the end', true);
  }

  totals(): Totals {
    const findings: Record<string, number> = {};
    for (const finding of this.#reported) {
      const [kind = ''] = finding.split(':');
      findings[kind] = (findings[kind] ?? 0) + 1;
    }
    const accepted = this.sent.filter(({ id }) => id !== undefined).length;
    return { accepted, done: this.#done, findings };
  }

  async #check(name: string, checkStore: boolean): Promise<void> {
    const { system, stateDir, report } = this.#options;
    const { done, findings, late } = await checkFilms({
      ...{ system, sent: this.sent, earlierIds: this.#earlierIds, checkStore, known: this.#known, stateDir },
    });
    if (late.length > 0)
      report(`${name}: LEFT UNTIL THEY EXPIRE, because they arrived late: ${late.join(', ')}`);
    this.#done = done;
    const fresh = findings.filter((finding) => !this.#reported.has(finding));
    for (const finding of fresh) this.#reported.add(finding);
    assert.deepEqual(fresh, []);
    report(`${name}: ${done} jobs done until now, each with one MP3 and one mail`);
  }
}

/** Reads which jobs exist already, so that the checks leave them out. */
export async function createLoadTest(options: LoadTestOptions): Promise<LoadTest> {
  const { jobs } = await options.system.readStore();
  return new LoadTest(options, new Set(jobs.map(({ id }) => id)));
}
