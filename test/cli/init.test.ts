import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { loadPagila } from '../databases/load.ts';
import { createProduct } from '../draft/drafted.ts';
import { start } from './command.ts';

let folder: string;
let pagila: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'handover-init-'));
  pagila = await loadPagila();
});
after(() => rm(folder, { recursive: true, force: true }));

async function handover(t: TestContext, args: string[], env: Record<string, string> = {}) {
  const { exitCode, printed } = start(t, args, env, folder);
  return { code: await exitCode, printed: printed() };
}

describe('handover init', () => {
  it('drafts a config that checks and exports as it is', async (t) => {
    const env = { SOURCE_DATABASE_URL: pagila };
    const init = await handover(t, ['init'], env);
    assert.equal(init.code, 0, init.printed);
    assert.match(init.printed, /^subject +customer, by customer_id$/m);
    assert.match(init.printed, /^reached +4: customer, address, payment, rental$/m);
    assert.match(init.printed, /^questions +1$/m);
    assert.match(init.printed, /handover export customer --subject ID/);

    const check = await handover(t, ['check'], env);
    assert.equal(check.code, 0, check.printed);

    const args = ['export', 'customer', '--subject', '148', '--out', 'out.json', '--json'];
    const exported = await handover(t, args, env);
    assert.equal(exported.code, 0, exported.printed);
    const { data } = JSON.parse(await readFile(join(folder, 'out.json'), 'utf8'));
    assert.deepEqual([data.customer.length, data.payment.length, data.rental.length], [1, 46, 46]);
  });

  it('writes over no file, unless it is told to; with defineConfig where the package is installed', async (t) => {
    const installed = join(folder, 'product', 'node_modules', 'handover');
    await mkdir(installed, { recursive: true });
    await writeFile(join(installed, 'package.json'), '{ "main": "index.js" }');
    await writeFile(join(installed, 'index.js'), '');
    const path = join(folder, 'product', 'handover.config.ts');
    await writeFile(path, 'precious');
    const args = ['init', '--database-url', pagila, '--out', 'product/handover.config.ts'];
    const refused = await handover(t, args);
    assert.equal(refused.code, 1);
    assert.match(refused.printed, /handover\.config\.ts is there already.*--out.*--force/);
    assert.equal(await readFile(path, 'utf8'), 'precious');

    assert.equal((await handover(t, [...args, '--force'])).code, 0);
    const text = await readFile(path, 'utf8');
    assert.match(text, /^import { defineConfig } from 'handover';$/m);
    assert.match(text, /^export default defineConfig\({$/m);
    assert.match(text, /from: 'payment'/);
  });

  it('names its best guesses where the subject is not clear and nobody can be asked', async (t) => {
    const url = await createProduct(`
      create table users (id int primary key); create table a (id int primary key, user_id int references users);
      create table customers (id int primary key); create table b (id int primary key, customer_id int references customers);`);
    const refused = await handover(t, ['init', '--database-url', url, '--out', 'unclear.ts']);
    assert.equal(refused.code, 1);
    assert.match(refused.printed, /--subject users/);
    assert.match(refused.printed, /--subject customers/);
    const args = ['init', '--database-url', url, '--out', 'unclear.ts', '--subject', 'customers', '--json'];
    const { printed } = await handover(t, args);
    const summary = JSON.parse(printed);
    assert.deepEqual(summary.reached, ['customers', 'b']);
    assert.deepEqual(summary.columnsExcluded, { secret: 0, internal: 0, 'third-party': 0, derived: 0 });
  });

  it('says which database it misses, and prints neither its password nor a value that it sampled', async (t) => {
    assert.match((await handover(t, ['init', '--out', 'none.ts'])).printed, /SOURCE_DATABASE_URL/);
    const away = await handover(t, [
      'init',
      '--database-url',
      'postgres://a:hunter2@127.0.0.1:1/x',
      '--out',
      'x.ts',
    ]);
    assert.equal(away.code, 1);
    assert.doesNotMatch(away.printed, /hunter2/);

    const url = await createProduct(`
      create table users (id int primary key, note text, settings jsonb);
      insert into users values (1, 'CANARY_note', '{"smtp": {"password": "CANARY_smtp"}, "theme": "dark"}');`);
    const args = ['init', '--database-url', url, '--subject', 'users', '--sample', '--out', 'sampled.ts'];
    const sampled = await handover(t, args);
    assert.equal(sampled.code, 0, sampled.printed);
    const text = await readFile(join(folder, 'sampled.ts'), 'utf8');
    assert.match(text, /'settings\.smtp\.password': 'secret'/);
    assert.doesNotMatch(sampled.printed + text, /CANARY/);
  });
});
