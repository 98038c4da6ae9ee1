import type { Statements } from '../../../services/auth/database/database.ts';

/** The id of the passkey that {@link givePasskey} adds. */
export const PASSKEY = 'A'.repeat(22);
/** The id of the identity that {@link giveIdentity} adds. */
export const IDENTITY = 'a'.repeat(64);

/** Gives every account the same passkey, which nobody can use. */
export async function givePasskey({ change }: Pick<Statements, 'change'>): Promise<void> {
  await change(
    `INSERT INTO passkeys (id, user_id, public_id, id_hash, name, public_key, counter, transports, backed_up, created_at)
       SELECT 'x', id, ?, REPEAT('b', 64), 'n', 'k', 0, '', 0, NOW() FROM users`,
    [PASSKEY],
  );
}

/** Gives every account the same identity at another system. */
export async function giveIdentity({ change }: Pick<Statements, 'change'>): Promise<void> {
  await change(
    `INSERT INTO identities (id, user_id, provider, issuer, subject, created_at)
       SELECT ?, id, 'p', 'i', 's', NOW() FROM users`,
    [IDENTITY],
  );
}
