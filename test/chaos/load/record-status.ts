import { idOf, type UploadRecord } from '../history.ts';
import type { User } from './user.ts';

/** Asks for the status of a job, and records it if there is an answer and the status is a new one. */
export async function recordStatus(record: UploadRecord, users: readonly User[]): Promise<void> {
  const user = users[record.plan.user] as User;
  const seenBefore = record.seen.length;
  const { status, json } = await user.ask('GET', `/jobs/${idOf(record)}`, 0);
  const current = status === 404 ? 'gone' : status === 200 ? (json.status as string) : undefined;
  // If an action began or ended meanwhile, this may be the status before it or after it.
  if (record.isActing || record.seen.length !== seenBefore) return;
  if (current !== undefined && record.seen.at(-1) !== current) record.seen.push(current);
}
