import { findMp3Fault, type KnownDurations } from '../../verdict/check-mp3.ts';
import type { JobEvidence } from '../../verdict/evidence.ts';
import type { Harness } from '../harness.ts';
import { idOf, type UploadRecord } from '../history.ts';
import type { MediaLibrary } from '../load/media-library.ts';
import type { User } from '../load/user.ts';

const ASK_MS = 30_000;

export interface ExamineContext {
  harness: Harness;
  users: readonly User[];
  library: MediaLibrary;
  durations: KnownDurations;
}

/** Asks the public API for a job, and checks its MP3 if it is done. */
export async function examineJob(
  record: UploadRecord,
  { users, library, harness, durations }: ExamineContext,
): Promise<JobEvidence> {
  const { plan, filename, email, actions, seen, ids, sha256 } = record;
  const user = users[plan.user] as User;
  const id = idOf(record) as string;
  const { status, json } = await user.ask('GET', `/jobs/${id}`, ASK_MS);
  const current = status === 404 ? 'gone' : (json?.status as string | undefined);
  const job: JobEvidence = {
    ...{ ids: [...ids], filename, email, expects: plan.expects, actions },
    status: current,
    code: json?.error?.code as string | undefined,
    seen: current === undefined || seen.at(-1) === current ? seen : [...seen, current],
  };
  if (current !== 'done') return job;
  const mp3Fault = await findMp3Fault({
    job: json,
    sourceSha256: sha256,
    expectedSeconds: library.seconds(plan.media),
    download: () => user.download(`/download/${id}`, ASK_MS),
    folder: harness.dataDir,
    durations,
  });
  return mp3Fault === undefined ? job : { ...job, mp3Fault };
}
