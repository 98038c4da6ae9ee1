import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { FromWorker, ToWorker } from './messages.ts';
import { type ToolUse, watchTools } from './tool-use.ts';
import type { WorkerOptions } from './worker.ts';

type Ready = Extract<FromWorker, { type: 'ready' }>;
type TriedMessage = Extract<FromWorker, { type: 'tried' }>;

/** Room for making the file, two attempts and a probe. */
const HANG_MS = 300_000;

/** A process that tries one file at a time. */
export class WorkerProcess implements AsyncDisposable {
  readonly ready: Ready;
  readonly #child: ChildProcess;
  readonly #use: ToolUse;

  private constructor(child: ChildProcess, ready: Ready) {
    this.#child = child;
    this.ready = ready;
    this.#use = watchTools(child.pid ?? 0);
  }

  static async start(options: WorkerOptions): Promise<WorkerProcess> {
    const child = fork(join(import.meta.dirname, 'worker.ts'), [JSON.stringify(options)], {
      serialization: 'json',
    });
    // Ctrl-C reaches this process too, and then it kills the worker, whose tools die with it.
    const ready = await answerOf(child, 60_000);
    if (ready.type !== 'ready') throw new TestBroken(`the worker said ${ready.type} first`);
    return new WorkerProcess(child, ready);
  }

  /** Tries a file. Throws {@link WorkerLost} where the process ends or does not answer. */
  async try(number: number): Promise<{ message: TriedMessage; toolsMb: number; toolSeconds: number }> {
    this.#send({ type: 'try', number });
    await this.#expect('made');
    this.#use.reset();
    const message = await this.#expect('tried');
    return { message, toolsMb: this.#use.peakMb(), toolSeconds: this.#use.seconds() };
  }

  /** Returns the names of the witnesses that are silent when they should speak. */
  async control(): Promise<string[]> {
    this.#send({ type: 'control' });
    const answer = await this.#expect('controlled');
    return answer.silent;
  }

  /** Waits for a message of a type. Throws what the worker says is wrong with the test. */
  async #expect<Type extends FromWorker['type']>(type: Type): Promise<Extract<FromWorker, { type: Type }>> {
    const message = await answerOf(this.#child, HANG_MS);
    if (message.type === 'failed') throw new TestBroken(message.reason);
    if (message.type !== type) throw new TestBroken(`the worker said ${message.type} instead of ${type}`);
    return message as Extract<FromWorker, { type: Type }>;
  }

  #send(message: ToWorker): void {
    this.#child.send(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#use[Symbol.dispose]();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}

/** The process that runs the converter's code has died, or hangs: a finding of its own. */
export class WorkerLost extends Error {}
/** Something is wrong with the test, such as a file that cannot be made. */
export class TestBroken extends Error {}

function answerOf(child: ChildProcess, ms: number): Promise<FromWorker> {
  const { promise, resolve, reject } = Promise.withResolvers<FromWorker>();
  const timer = setTimeout(
    () => reject(new WorkerLost(`the process does not answer for ${ms / 1000} s`)),
    ms,
  );
  const onMessage = (message: unknown) => resolve(message as FromWorker);
  const onExit = (code: number | null, signal: string | null) =>
    reject(new WorkerLost(`the process has ended: ${code ?? signal}`));
  child.once('message', onMessage);
  child.once('exit', onExit);
  return promise.finally(() => {
    clearTimeout(timer);
    child.off('message', onMessage);
    child.off('exit', onExit);
  });
}
