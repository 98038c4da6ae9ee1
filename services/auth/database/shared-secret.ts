import { randomBytes } from 'node:crypto';
import type { Statements } from './database.ts';

/** Reads a secret that all replicas share, with 256 random bits. The first replica that asks for the name makes it. */
export async function readSharedSecret({ change, rows }: Statements, name: string): Promise<string> {
  await change('INSERT IGNORE INTO auth_secrets (name, secret) VALUES (?, ?)', [
    name,
    randomBytes(32).toString('base64url'),
  ]);
  const [row] = await rows<{ secret: string }>('SELECT secret FROM auth_secrets WHERE name = ?', [name]);
  if (!row) throw new Error(`the secret ${name} is not in the database`);
  return row.secret;
}
