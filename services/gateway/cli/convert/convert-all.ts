import type { JobView } from '../../../shared/jobs/job-view.ts';
import { retry } from '../../client/http/retry.ts';
import { getJob } from '../../client/jobs.ts';
import type { Session } from '../../client/session/session.ts';
import { planTargets, type Target, type TargetOptions } from '../files/target.ts';
import { checkVideo, type VideoFile } from '../files/video.ts';
import { attempt } from './attempt.ts';
import { type AwaitAndSavePorts, awaitAndSave, type SentVideo } from './await-and-save.ts';
import type { Conversion } from './command-line.ts';
import { printJson } from './print-json.ts';
import { probeFiles } from './probe-files.ts';
import { sendVideo } from './send-video.ts';

export interface ConvertPorts extends Omit<AwaitAndSavePorts, 'onEnd'> {
  /** Logs in. Called only after all files and targets have been checked. */
  openSession: () => Promise<Session>;
  stdoutIsTerminal: boolean;
}

/** Runs one command line. Returns the number of files that failed, each of which was reported. */
export function convertAll(command: Conversion, ports: ConvertPorts): Promise<number> {
  if (command.probe) return probeFiles(command, ports);
  return command.job === undefined ? convertFiles(command, ports) : fetchJob(command, command.job, ports);
}

/** Sends all files before it waits for the first MP3, so that the server can convert several at the same time. */
async function convertFiles(command: Conversion, ports: ConvertPorts): Promise<number> {
  const videos: VideoFile[] = [];
  for (const file of command.files) videos.push(await checkVideo(file, ports.cwd));
  const names = videos.map(({ name }) => name);
  const sources = videos.map(({ path }) => path);
  const targets = await plan(command, ports, { names, sources });
  const session = await ports.openSession();

  let failures = 0;
  const sent: SentVideo[] = [];
  for (const [index, video] of videos.entries()) {
    const target = targets[index] as Target;
    const isSent = await attempt(video.name, ports, async () => {
      const id = await sendVideo(session, video, command.options, ports);
      ports.pending.set(id, target);
      sent.push({ id, name: video.name, target });
    });
    if (!isSent) failures += 1;
  }
  for (const video of sent) {
    if (!(await attempt(video.name, ports, () => finish(command, session, video, ports)))) failures += 1;
  }
  return failures;
}

async function fetchJob(command: Conversion, id: string, ports: ConvertPorts): Promise<number> {
  const { clock, signal } = ports;
  const session = await ports.openSession();
  const { filename: name } = await retry(() => getJob(session, id, signal), { clock, signal });
  const [target] = await plan(command, ports, { names: [name], sources: [] });
  const video = { id, name, target: target as Target };
  return (await attempt(name, ports, () => finish(command, session, video, ports))) ? 0 : 1;
}

function finish(
  { json }: Conversion,
  session: Session,
  video: SentVideo,
  ports: ConvertPorts,
): Promise<void> {
  const onEnd = async (job: JobView) => {
    if (json) await printJson(job, ports.stdout);
  };
  return awaitAndSave(session, video, { ...ports, onEnd });
}

const plan = (
  { output, force }: Conversion,
  { cwd, stdoutIsTerminal }: ConvertPorts,
  videos: Pick<TargetOptions, 'names' | 'sources'>,
): Promise<Target[]> => planTargets({ output, force, cwd, stdoutIsTerminal, ...videos });
