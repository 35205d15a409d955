import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { it } from 'node:test';
import { standBack } from '../../src/thread-priority.ts';
import { startInstallation } from '../support/installation.ts';

it('builder threads stand back behind the one that answers people', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const own = getPriority();
  const { request, until } = await startInstallation(t, {
    state: 'postgres',
    policy: { confirmByEmail: false },
  });
  const before = priorities();
  const { id } = await request();
  await until(id, 'completed');
  const [first = null, ...others] = priorities().filter((priority) => priority !== own);
  assert.equal(
    before.every((priority) => priority === own),
    true,
  );
  assert.equal(first, Math.min(19, own + 5));
  for (const priority of others) assert.equal(priority, first);
  assert.equal(getPriority(), own);
});

it('a thread that may not stand back goes on as it is', () => {
  const before = getPriority();
  standBack(() => {
    throw new Error('uv_os_setpriority returned EPERM');
  });
  assert.equal(getPriority(), before);
});

/** Of each thread of this process; `nice` is the 19th field of proc_pid_stat(5), and the name before it may hold anything. */
function priorities(): number[] {
  return readdirSync('/proc/self/task').map((id) => {
    const stat = readFileSync(`/proc/self/task/${id}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  });
}
