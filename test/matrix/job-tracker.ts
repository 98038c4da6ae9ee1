import { writeFileSync } from 'node:fs';
import type { JobView } from '../../services/shared/jobs/job.ts';
import { type Account, type Client, mailsTo } from '../support/client.ts';
import { until } from '../support/wait.ts';

/** Of jobs that were answered with 202: those that did not end as `done` with a mail, and those that were told twice. */
export interface Counts {
  jobs: number;
  lost: number;
  duplicated: number;
}

/** Jobs of one user each, counted when all is over. */
export class Tally {
  readonly #jobs: { account: Account; id: string }[] = [];
  readonly #api: Client;
  readonly #mailUrl: string;

  constructor(api: Client, mailUrl: string) {
    this.#api = api;
    this.#mailUrl = mailUrl;
  }

  /** Sends a video as a new user; again after a 503, which was no promise. */
  async send(path: string, query = ''): Promise<{ account: Account; id: string }> {
    const account = await this.#api.newAccount();
    const response = await until('an upload to be accepted', async () => {
      const answer = await this.#api.uploadForm(account, path, query).catch(() => undefined);
      if (answer?.status === 503) await answer.body?.cancel();
      return answer?.status !== 503 && answer;
    });
    if (response.status !== 202) throw new Error(`upload: ${response.status} ${await response.text()}`);
    const job = { account, id: ((await response.json()) as { id: string }).id };
    this.#jobs.push(job);
    return job;
  }

  /** Waits for its MP3 and its mail. */
  async told({ account, id }: { account: Account; id: string }, timeoutMs = 120_000): Promise<JobView> {
    const job = await until(
      `job ${id} to be final`,
      async () => {
        const found = await this.#api.job(account, id).catch(() => undefined);
        return found !== undefined && ['done', 'failed'].includes(found.status) && found;
      },
      timeoutMs,
    );
    await until(`the mail of job ${id}`, async () => (await this.#mails(account)) > 0, timeoutMs);
    return job;
  }

  async count(): Promise<Counts> {
    let [lost, duplicated] = [0, 0];
    for (const { account, id } of this.#jobs) {
      const { status } = await this.#api.job(account, id);
      const mails = await this.#mails(account);
      if (status !== 'done' || mails === 0) lost++;
      if (mails > 1) duplicated++;
    }
    return { jobs: this.#jobs.length, lost, duplicated };
  }

  /** For the runner, which puts it in its table. */
  async write(file: string): Promise<void> {
    writeFileSync(file, JSON.stringify(await this.count()));
  }

  async #mails({ email }: Account): Promise<number> {
    return (await mailsTo(this.#mailUrl, email)).length;
  }
}
