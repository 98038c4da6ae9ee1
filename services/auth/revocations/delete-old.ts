import { deleteInBatches, type Statements } from '../database/database.ts';

/** Keeps a revocation this much longer than any access token, because clocks differ. */
export const MARGIN_SECONDS = 3600;

/** Deletes the revocations of sessions whose access tokens have all expired. @param tokenSeconds lifetime of an access token */
export async function deleteOldRevocations(database: Statements, tokenSeconds: number): Promise<void> {
  const before = new Date(Date.now() - (tokenSeconds + MARGIN_SECONDS) * 1000);
  await deleteInBatches(database, 'DELETE FROM revocations WHERE revoked_at < ?', [before]);
}
