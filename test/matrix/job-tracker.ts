import { writeFileSync } from 'node:fs';
import type { JobView } from '../../services/shared/jobs/job-view.ts';
import { type Account, type Client, mailsTo } from '../support/client.ts';
import { waitFor } from '../support/wait.ts';

/** Numbers of jobs that were answered with 202. */
export interface JobCounts {
  jobs: number;
  /** Jobs that did not end as `done` with a mail. */
  lost: number;
  /** Jobs with more than one mail. */
  duplicated: number;
}

export interface TrackedJob {
  account: Account;
  id: string;
}

/** Sends videos, each as a new user, and counts in the end what became of them. */
export class JobTracker {
  readonly #jobs: TrackedJob[] = [];
  readonly #api: Client;
  readonly #mailUrl: string;

  constructor(api: Client, mailUrl: string) {
    this.#api = api;
    this.#mailUrl = mailUrl;
  }

  /** Sends a video as a new user. It repeats the upload after a 503, which promises nothing. */
  async send(path: string, query = ''): Promise<TrackedJob> {
    const account = await this.#api.newAccount();
    const response = await waitFor('an upload to be accepted', async () => {
      const answer = await this.#api.uploadForm(account, path, query).catch(() => undefined);
      if (answer?.status === 503) await answer.body?.cancel();
      return answer?.status !== 503 && answer;
    });
    if (response.status !== 202) throw new Error(`upload: ${response.status} ${await response.text()}`);
    const job = { account, id: ((await response.json()) as { id: string }).id };
    this.#jobs.push(job);
    return job;
  }

  /** Waits until a job is done or has failed, and its owner has a mail. */
  async waitForMail({ account, id }: TrackedJob, timeoutMs = 120_000): Promise<JobView> {
    const findFinal = async () => {
      const job = await this.#api.job(account, id).catch(() => undefined);
      return job !== undefined && ['done', 'failed'].includes(job.status) && job;
    };
    const job = await waitFor(`job ${id} to be final`, findFinal, { timeoutMs });
    const hasMail = async () => (await this.#countMails(account)) > 0;
    await waitFor(`the mail of job ${id}`, hasMail, { timeoutMs });
    return job;
  }

  async count(): Promise<JobCounts> {
    let [lost, duplicated] = [0, 0];
    for (const { account, id } of this.#jobs) {
      const { status } = await this.#api.job(account, id);
      const mails = await this.#countMails(account);
      if (status !== 'done' || mails === 0) lost++;
      if (mails > 1) duplicated++;
    }
    return { jobs: this.#jobs.length, lost, duplicated };
  }

  /** Writes the counts to a file, for the table of the runner. */
  async write(file: string): Promise<void> {
    writeFileSync(file, JSON.stringify(await this.count()));
  }

  async #countMails({ email }: Account): Promise<number> {
    return (await mailsTo(this.#mailUrl, email)).length;
  }
}
