import { open } from 'node:fs/promises';
import { formatSize } from '../../../shared/runtime/format.ts';
import { probeFile } from '../../client/probe.ts';
import type { Session } from '../../client/session/session.ts';
import type { LocalFile } from '../../sound/local-file.ts';
import { CommandError, toErrorDocument } from '../errors.ts';
import { checkVideo, type VideoFile } from '../files/video.ts';
import { printJson, printText } from '../terminal/print-json.ts';
import { printable } from '../terminal/text.ts';
import { attempt } from './attempt.ts';
import type { AwaitAndSavePorts } from './await-and-save.ts';
import type { Conversion } from './command-line.ts';
import { describeProbe } from './describe-probe.ts';

export interface ProbePorts
  extends Pick<AwaitAndSavePorts, 'clock' | 'reporter' | 'stdout' | 'cwd' | 'signal'> {
  /** Logs in. Called only after all files have been checked. */
  openSession: () => Promise<Session>;
}

/** No MP3 could be made of a file. Its probe, which was printed, says so too. */
class ImpossibleError extends CommandError {}

/**
 * Prints what each file is and what its MP3 would be, without converting it. Returns the number of files of which no MP3 could be
 * made.
 */
export async function probeFiles(command: Conversion, ports: ProbePorts): Promise<number> {
  const videos: VideoFile[] = [];
  for (const file of command.files) videos.push(await checkVideo(file, ports.cwd));
  const session = await ports.openSession();
  let failures = 0;
  for (const video of videos) {
    const onFailure = async (error: unknown) => {
      if (command.json && !(error instanceof ImpossibleError))
        await printJson({ ...toErrorDocument(error), filename: video.name }, ports.stdout);
    };
    const isPossible = await attempt(video.name, { ...ports, onFailure }, () =>
      probeOne(session, video, command, ports),
    );
    if (!isPossible) failures += 1;
  }
  return failures;
}

/** @throws ImpossibleError, CommandError, ClientError */
async function probeOne(
  session: Session,
  video: VideoFile,
  { options, json }: Conversion,
  { clock, signal, reporter, stdout }: ProbePorts,
): Promise<void> {
  const show = reporter.progress(`Probing ${printable(video.name)}`);
  const result = await probeFile(session, localFile(video), {
    ...{ options, clock, signal },
    onSend: (bytes) => show(undefined, () => `sending ${formatSize(bytes)}`),
  });
  reporter.settle();
  if (json) await printJson({ filename: video.name, ...result }, stdout);
  else await printText(describeProbe(video, result), stdout);
  if (result.error) {
    throw new ImpossibleError(`${printable(result.error.detail)} (${printable(result.error.code)})`);
  }
}

const localFile = ({ path, name, size }: VideoFile): LocalFile => ({
  size,
  async read(start, end) {
    await using file = await open(path);
    const bytes = new Uint8Array(end - start);
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done);
      if (bytesRead === 0) throw new CommandError(`${printable(name)} was changed while it was being read.`);
      done += bytesRead;
    }
    return bytes;
  },
});
