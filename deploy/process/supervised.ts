import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, type Exit, signalProcess } from './child.ts';
import { describeEnd } from './describe-end.ts';
import { RestartBackoff } from './restart-backoff.ts';
import type { Report } from './run.ts';

export interface SupervisedOptions {
  name: string;
  launch: (signal: AbortSignal) => Promise<Child>;
  /** Called at once when the process ends by itself, with its exit and the end of its log, and after each restart. */
  report: Report;
  /** Whether a process that ends by itself is started again, with backoff. Default true. Without it, the end is only reported. */
  restarts?: boolean;
}

/** One process that is kept running until it is stopped. */
export class Supervised {
  readonly #options: SupervisedOptions;
  readonly #backoff = new RestartBackoff();
  readonly #stopping = new AbortController();
  #child: Child | undefined;
  /** When the child was launched, as performance.now() counts. */
  #since = 0;
  /** True from restart() to supervise(). */
  #isOnTrial = false;
  #launching: Promise<void> | undefined;
  #watching: Promise<void> = Promise.resolve();
  /** Pending while the process is kept down by takeDown(). */
  #down: PromiseWithResolvers<void> | undefined;
  /** How often the process has ended by itself. */
  crashes = 0;
  /** How it ended the last time that it ended by itself. */
  lastCrash: Exit | undefined;

  constructor(options: SupervisedOptions) {
    this.#options = options;
  }

  get child(): Child | undefined {
    return this.#child;
  }

  /** Undefined while the process is down. */
  get pid(): number | undefined {
    return this.#child?.running() ? this.#child.pid : undefined;
  }

  async start(): Promise<void> {
    await this.#launch();
  }

  /**
   * Stops the process, if it runs, and starts it again. If the new process ends by itself before supervise() is called,
   * it stays down: a program that was changed a moment ago would end again.
   */
  async restart(): Promise<void> {
    await this.#launching?.catch(() => {});
    this.#launching = this.#relaunch().finally(() => {
      this.#launching = undefined;
    });
    await this.#launching;
  }

  /** From now on, starts the process again when it ends by itself, as before restart(). */
  supervise(): void {
    const child = this.#child;
    if (!this.#isOnTrial || child === undefined) return;
    this.#isOnTrial = false;
    this.#watching = this.#watch(child);
  }

  /** Kills the process with SIGKILL and does not start it again until bringUp(). */
  async takeDown(): Promise<void> {
    this.#down ??= Promise.withResolvers();
    await this.#launching?.catch(() => {});
    const child = this.#child;
    if (child?.running() !== true) return;
    signalProcess(child.pid, 'SIGKILL');
    await child.exited;
  }

  async bringUp(): Promise<void> {
    this.#down?.resolve();
    this.#down = undefined;
    await this.#launch();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#down?.resolve();
    await this.#launching?.catch(() => {});
    const child = this.#child;
    this.#child = undefined;
    await child?.stop();
    await this.#watching;
  }

  /** Runs one launch at a time. A caller that comes during a launch waits for that launch. */
  #launch(): Promise<void> {
    this.#launching ??= this.#launchOnce().finally(() => {
      this.#launching = undefined;
    });
    return this.#launching;
  }

  async #relaunch(): Promise<void> {
    const before = this.#child;
    this.#child = undefined;
    await before?.stop();
    if (this.#stopping.signal.aborted) return;
    this.#isOnTrial = true;
    await this.#launchOnce();
  }

  async #launchOnce(): Promise<void> {
    if (this.#child?.running()) return;
    this.#since = performance.now();
    const child = await this.#options.launch(this.#stopping.signal);
    this.#child = child;
    if (!this.#isOnTrial) this.#watching = this.#watch(child);
  }

  async #watch(child: Child): Promise<void> {
    const exit = await child.exited;
    if (this.#stopping.signal.aborted || this.#child !== child) return;
    this.crashes++;
    this.lastCrash = exit;
    if (this.#options.restarts === false) {
      if (this.#down === undefined)
        this.#options.report(describeEnd(child, exit, { next: 'is not started again' }));
      return;
    }
    for (let ranMs = performance.now() - this.#since; ; ranMs = 0) {
      const pauseMs = this.#backoff.next(ranMs);
      this.#options.report(
        describeEnd(child, exit, {
          next: `is started again in ${pauseMs / 1000} s`,
          isBrief: ranMs === 0 || exit.signal === 'SIGKILL',
        }),
      );
      await sleep(pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
      await this.#down?.promise;
      // bringUp() may have started the process during the pause.
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
