import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { checkInstallationKey } from '../../src/lifecycle/installation-table.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import { type Installation, startAgain, startInstallation } from '../support/installation.ts';
import { hasCode } from '../vault/store-contract.ts';

const roles = { http: false, worker: false };
const aKey = () => randomBytes(32).toString('base64');

describe('the installation key of a database', () => {
  it('is asked for at each start: another one is refused', async (t) => {
    const right = aKey();
    const first = await startInstallation(t, { state: 'postgres', roles, env: { HANDOVER_KEY: right } });
    const mark = await marks(first);
    assert.equal(mark.length, 1);

    const other = { ...first, env: { ...first.env, installationKey: aKey() } };
    await assert.rejects(startAgain(t, other, { roles }), hasCode('key_unusable'));
    await startAgain(t, first, { roles });
    assert.deepEqual(await marks(first), mark, 'the mark of the first start stays');
  });

  it('is the one of whoever comes first, when several do at once', async (t) => {
    const { parts } = await startInstallation(t, { state: 'postgres', roles });
    await parts.db.query('delete from handover.installation');
    const vaults = Array.from({ length: 6 }, () =>
      openVault({ key: randomBytes(32), store: parts.vault.store }),
    );
    const outcomes = await Promise.allSettled(vaults.map((vault) => checkInstallationKey(parts.db, vault)));
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') assert.ok(hasCode('key_unusable')(outcome.reason));
    }
  });
});

function marks({ parts }: Installation): Promise<{ mark: Uint8Array }[]> {
  return parts.db.query('select sealed_check as mark from handover.installation');
}
