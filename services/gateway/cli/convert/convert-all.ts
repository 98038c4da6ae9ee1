import { randomUUID } from 'node:crypto';
import type { Conversion } from './command-line.ts';
import { messageOf, Unreachable } from './failure.ts';
import { type FetchPorts, fetchMp3, type Sent } from './fetch-mp3.ts';
import { formatBytes, formatSeconds, printable } from './format.ts';
import { getJob } from './job.ts';
import { createMeter } from './meter.ts';
import { retrying } from './retry.ts';
import type { Session } from './session.ts';
import { planTargets, type Target } from './target.ts';
import { uploadVideo } from './upload.ts';
import { checkVideo, type Video } from './video.ts';

export interface ConvertPorts extends FetchPorts {
  /** Logs in. Called only after all files and targets have been checked. */
  openSession: () => Promise<Session>;
  stdoutIsTerminal: boolean;
  cwd: string;
}

/**
 * Runs one command line. Sends all files before it waits for the first MP3, so that the server can convert several at once.
 * @returns the number of files that failed; each failure was reported
 */
export async function convertAll(command: Conversion, ports: ConvertPorts): Promise<number> {
  const { clock, reporter, signal } = ports;
  let failures = 0;

  /** A failure of one file does not end the others. An unreachable gateway ends all of them. */
  async function each(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (signal.aborted || error instanceof Unreachable) throw error;
      failures += 1;
      reporter.error(`${printable(name)}: ${messageOf(error)}`);
    }
  }

  const plan = (names: string[], sources: string[]) =>
    planTargets({ ...command, cwd: ports.cwd, stdoutIsTerminal: ports.stdoutIsTerminal, names, sources });

  async function send(session: Session, video: Video, target: Target): Promise<Sent> {
    const meter = createMeter(video.size, clock);
    const show = reporter.progress(`Sending ${printable(video.name)}`);
    const { id, status } = await uploadVideo(session, video, {
      key: randomUUID(),
      options: command.options,
      clock,
      signal,
      onSent: (bytes) => {
        meter.at(bytes);
        show(meter.share(), meter.describe);
      },
      onWait: (error, seconds) =>
        reporter.info(`${messageOf(error)} Trying again in ${formatSeconds(seconds)}.`),
    }).catch((error: unknown) => {
      if (signal.aborted && meter.share() === 1) reporter.info(unconfirmed(video));
      throw error;
    });
    ports.pending.set(id, target);
    const known = status === 'done' ? '; it was converted before' : '';
    reporter.info(`Sent ${printable(video.name)}, ${formatBytes(video.size)}: job ${id}${known}`);
    return { id, name: video.name, target };
  }

  if (command.job !== undefined) {
    const id = command.job;
    const session = await ports.openSession();
    const { filename } = await retrying(() => getJob(session, id, signal), { clock, signal });
    for (const target of await plan([filename], [])) {
      await each(filename, () => fetchMp3(session, { id, name: filename, target }, ports));
    }
    return failures;
  }

  const videos: Video[] = [];
  for (const file of command.files) videos.push(await checkVideo(file, ports.cwd));
  const targets = await plan(
    videos.map(({ name }) => name),
    videos.map(({ path }) => path),
  );
  const session = await ports.openSession();
  const sent: Sent[] = [];
  for (const [index, video] of videos.entries()) {
    const target = targets[index];
    if (target) await each(video.name, async () => void sent.push(await send(session, video, target)));
  }
  for (const job of sent) await each(job.name, () => fetchMp3(session, job, ports));
  return failures;
}

const unconfirmed = ({ name }: Video): string =>
  `${printable(name)} was sent whole, but the gateway had not confirmed it yet; if it took it, a mail comes.`;
