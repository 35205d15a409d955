import type { Session } from '../database.ts';
import { HandoverError } from '../errors.ts';
import type { Vault } from '../vault/vault.ts';

const OWNER = 'installation';
const KNOWN = 'handover';

/**
 * Refuses to go on under another installation key than the one that the state was sealed under: what one process seals
 * another could not open, and nobody would notice before a download. The first to come leaves the mark. Throws
 * `key_unusable`.
 */
export async function checkInstallationKey(
  session: Session,
  vault: Pick<Vault, 'sealValue' | 'openValue'>,
): Promise<void> {
  await session.query(`insert into handover.installation (sealed_check) values ($1) on conflict do nothing`, [
    vault.sealValue(Buffer.from(KNOWN), OWNER),
  ]);
  const [row] = await session.query<{ sealed: Uint8Array }>(
    `select sealed_check as sealed from handover.installation`,
  );
  if (!row) throw new Error('The mark of the installation key is missing.');
  try {
    vault.openValue(row.sealed, OWNER);
  } catch (cause) {
    throw new HandoverError(
      'key_unusable',
      'The installation key is not the one that this database was sealed under. Set HANDOVER_KEY, or put back the ' +
        'file installation.key of the data folder: every process on one database needs the same key.',
      { cause },
    );
  }
}
