import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from './backoff.ts';
import { type Child, describeExit, type Exit, signalProcess } from './child.ts';

export interface SupervisedOptions {
  name: string;
  launch: (signal: AbortSignal) => Promise<Child>;
  /** Told in one line about every fall and restart. */
  report: (line: string) => void;
  /** Default true: what dies by itself is started again, with backoff. */
  restarts?: boolean;
}

/** One process that is kept running until it is stopped. */
export class Supervised {
  readonly #options: SupervisedOptions;
  readonly #backoff = new Backoff();
  readonly #stopping = new AbortController();
  #child: Child | undefined;
  #launching: Promise<void> | undefined;
  #watching: Promise<void> = Promise.resolve();
  #held: PromiseWithResolvers<void> | undefined;
  /** How often the process died by itself, and how it ended the last time. */
  falls = 0;
  lastFall: Exit | undefined;

  constructor(options: SupervisedOptions) {
    this.#options = options;
  }

  get child(): Child | undefined {
    return this.#child;
  }

  get pid(): number | undefined {
    return this.#child?.running() ? this.#child.pid : undefined;
  }

  async start(): Promise<void> {
    await this.#launch();
  }

  /** Stops it politely and starts it again at once. */
  async restart(): Promise<void> {
    const before = this.#child;
    this.#child = undefined;
    await before?.stop();
    await this.#launch();
  }

  /** Ends it at once, as `kill -9` does, and keeps it down until release(). */
  async hold(): Promise<void> {
    this.#held ??= Promise.withResolvers();
    await this.#launching?.catch(() => {});
    const child = this.#child;
    if (child?.running() !== true) return;
    signalProcess(child.pid, 'SIGKILL');
    await child.exited;
  }

  async release(): Promise<void> {
    this.#held?.resolve();
    this.#held = undefined;
    await this.#launch();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#held?.resolve();
    await this.#launching?.catch(() => {});
    const child = this.#child;
    this.#child = undefined;
    await child?.stop();
    await this.#watching;
  }

  /** One launch at a time: a restart asked for while one is under way is that one. */
  #launch(): Promise<void> {
    this.#launching ??= this.#launchOnce().finally(() => {
      this.#launching = undefined;
    });
    return this.#launching;
  }

  async #launchOnce(): Promise<void> {
    if (this.#child?.running()) return;
    const since = performance.now();
    const child = await this.#options.launch(this.#stopping.signal);
    this.#child = child;
    if (this.#options.restarts ?? true) this.#watching = this.#watch(child, since);
  }

  async #watch(child: Child, since: number): Promise<void> {
    const exit = await child.exited;
    if (this.#stopping.signal.aborted || this.#child !== child) return;
    this.falls++;
    this.lastFall = exit;
    for (let ranMs = performance.now() - since; ; ranMs = 0) {
      const pauseMs = this.#backoff.next(ranMs);
      this.#options.report(
        `${child.name} ended by itself (${describeExit(exit)}); starting it again in ${pauseMs / 1000} s. Its log: ${child.logFile}`,
      );
      await sleep(pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
      await this.#held?.promise;
      // A caller may have restarted the process during the pause.
      if (this.#stopping.signal.aborted || this.#child !== child) return;
      try {
        await this.#launch();
        this.#options.report(`${child.name} runs again (pid ${this.pid ?? 'unknown'})`);
        return;
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.#options.report(`${child.name} could not be started again: ${(error as Error).message}`);
      }
    }
  }
}
