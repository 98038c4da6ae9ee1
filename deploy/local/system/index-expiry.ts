import { existsSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** How long it waits for another writer, ms. */
const TIMEOUT_MS = 10_000;

/**
 * Adds an index to a sqlite store, by which the sidecar finds expired rows. Without it, the cleanup of each minute reads the
 * whole file, more than a second for a GiB, and no other write goes on meanwhile: the expiry of a row lies behind its value.
 * Does nothing where there is no store yet. An existing one is read once.
 */
export function indexExpiry(dataDir: string): void {
  const file = path.join(dataDir, 'store.sqlite');
  if (!existsSync(file)) return;
  const database = new DatabaseSync(file, { timeout: TIMEOUT_MS });
  try {
    const table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'state'";
    if (!database.prepare(table).get()) return;
    database.exec('CREATE INDEX IF NOT EXISTS state_expiration ON state (expiration_time)');
  } finally {
    database.close();
  }
}
