import { describe, it } from 'node:test';
import { validLines } from '../chat/schemas.ts';
import { withoutMeshcore } from '../support/meshcore.ts';
import type { Kind } from './meshcore-rows.ts';
import { assertNothingLeft, chunks, names, only, openMeshcore, run, tick } from './meshcore-walk.ts';

describe('the set chat-meshcore, 25 users at a time', { skip: withoutMeshcore }, () => {
  it('leaves whole: every row of users, messages and reactions', async (t) => {
    const { ground, client, rows } = await openMeshcore(t);
    const asked = chunks(await names(ground, 'select handle from people order by handle'));
    const left = only(rows, ['user', 'message', 'reaction']);
    const jobs = asked.map((ids) => ({ path: '/export/users' as const, body: { user_ids: ids } }));
    await run(t, client, jobs, (text) => {
      for (const { type, data } of validLines('users-line', text)) tick(left, type as Kind, data);
    });
    assertNothingLeft(left);
  });
});
