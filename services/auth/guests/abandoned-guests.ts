import type { Statements } from '../database/database.ts';

/** Guests that one statement reads, and another one deletes, so that neither comes near its time limit or holds many locks. */
const GUESTS = 500;

interface OldGuest {
  id: string;
  created_at: Date;
  has_session: number;
}

/**
 * Deletes guests without a session that were made before that time. The guests are read without a lock and deleted by their ids.
 * A DELETE that looks for them by itself locks all that it reads, and new guests would wait for it.
 * @param signal ends the work between two statements
 */
export async function deleteAbandonedGuests(
  database: Statements,
  createdBefore: Date,
  signal?: AbortSignal,
): Promise<void> {
  let last = { id: '', created_at: new Date(0) };
  while (!signal?.aborted) {
    const guests = await readGuests(database, createdBefore, last);
    const abandoned = guests.filter((guest) => Number(guest.has_session) === 0);
    if (abandoned.length > 0) {
      await deleteGuests(
        database,
        abandoned.map(({ id }) => id),
      );
    }
    const end = guests[GUESTS - 1];
    if (!end) return;
    last = end;
  }
}

/** Returns the guests after the last one, the oldest first. */
const readGuests = (
  { rows }: Statements,
  createdBefore: Date,
  last: Pick<OldGuest, 'id' | 'created_at'>,
): Promise<OldGuest[]> =>
  rows<OldGuest>(
    // Without the index, the server may read all guests by another one and sort them.
    `SELECT id, created_at, EXISTS (SELECT 1 FROM sessions WHERE sessions.user_id = users.id) AS has_session
       FROM users FORCE INDEX (users_guests)
      WHERE email_key IS NULL AND created_at BETWEEN ? AND ? AND (created_at > ? OR id > ?)
      ORDER BY created_at, id LIMIT ${GUESTS}`,
    [last.created_at, createdBefore, last.created_at, last.id],
  );

// Without the hint, the server may read a small table from end to end, and lock all of it.
const DELETE_BY_IDS = `DELETE users FROM users FORCE INDEX (PRIMARY)
  WHERE id IN (${Array(GUESTS).fill('?').join(', ')}) AND email IS NULL`;

/** A guest may have registered meanwhile, and stays. */
async function deleteGuests({ change }: Statements, ids: readonly string[]): Promise<void> {
  // The server keeps each text that was prepared, so it is the same one for fewer ids: one of them fills the rest. An id that
  // nobody has would lock the gap where it belongs.
  const filled = Array.from({ length: GUESTS }, (_, index) => ids[index] ?? String(ids[0]));
  await change(DELETE_BY_IDS, filled);
}
