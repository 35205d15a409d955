import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cancelExport } from '../../src/steps/cancel-export.ts';
import type { Parts } from '../../src/steps/parts.ts';
import { sweep } from '../../src/steps/sweep.ts';
import { viewExport } from '../../src/steps/view-export.ts';
import { startInstallation } from '../support/installation.ts';

const idle = { state: 'postgres', roles: { http: false, worker: false } } as const;

describe('the sweep', () => {
  it('fails an export whose kind has left the config, and gives the others their jobs', async (t) => {
    const { parts, clock, request } = await startInstallation(t, {
      ...idle,
      policy: { confirmByEmail: false },
    });
    const orphan = await request('acme');
    clock.advance({ seconds: 1 });
    const other = await request('other');
    await parts.db.query(`update handover.data_exports set kind = 'left' where id = $1`, [orphan.id]);
    await parts.db.query('delete from handover_queue.job');

    await sweep(parts);
    assert.equal((await viewExport(parts, orphan.id))?.failure?.code, 'kind_unknown');
    assert.equal((await viewExport(parts, other.id))?.status, 'confirmed');
    assert.equal(await waitingJobs(parts, 'process-export', other.id), 1);
    assert.equal(await waitingJobs(parts, 'process-export', orphan.id), 0);
  });

  it('does not ask again for a removal that somebody already waits to do', async (t) => {
    const { parts, request } = await startInstallation(t, idle);
    const { id } = await request();
    await cancelExport(parts, id, 'user:u_1');
    for (let times = 0; times < 3; times++) await sweep(parts);
    assert.equal(await waitingJobs(parts, 'remove-archive', id), 1);
  });
});

async function waitingJobs({ db }: Parts, name: string, id: string): Promise<number> {
  const rows = await db.query(
    `select id from handover_queue.job where name = $1 and data ->> 'exportId' = $2 and state < 'active'`,
    [name, id],
  );
  return rows.length;
}
