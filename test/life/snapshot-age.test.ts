import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findExport } from '../../src/lifecycle/data-exports-table.ts';
import { startInstallation, waitFor } from '../support/installation.ts';

describe('a snapshot that is held for longer than its source allows', { concurrency: true }, () => {
  for (const rowsPerPart of [1_000, 40]) {
    const how = rowsPerPart === 40 ? 'shared by readers' : 'read by its holder';
    it(`is given up, ${how}, and the export says so when its tries are used up`, async (t) => {
      const installation = await startInstallation(t, {
        state: 'postgres',
        policy: { confirmByEmail: false, retries: 1, rowsPerPart },
        notes: 'slow_notes',
        source: { maxSnapshotSeconds: 1 },
      });
      // Twenty seconds to read. Stable, so that counting does not call it.
      await installation.product.query(`
        create function slow(body text) returns text language plpgsql stable as
          $$ begin perform pg_sleep(0.1); return body; end $$;
        create view slow_notes as select id, account_id, slow(body) as body, settings, secret from notes`);
      const { id } = await installation.request();
      const failed = await installation.until(id, 'failed');
      assert.equal(failed.failure?.code, 'snapshot_too_old');
      assert.equal(failed.attempt, 2);
      assert.match(installation.logged(), /maxSnapshotSeconds/);
      await waitFor('nobody to read any more', async () => {
        const { rows } = await installation.product.query(
          `select count(*)::int as open from pg_stat_activity
           where application_name = 'handover' and datname = current_database() and state <> 'idle'`,
        );
        return rows[0].open === 0 ? true : null;
      });
      assert.equal((await findExport(installation.parts.db, id))?.status, 'failed');
    });
  }
});
