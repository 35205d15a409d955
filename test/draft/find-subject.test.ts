import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { draftFrom } from '../../src/draft/draft-from.ts';
import { createProduct } from './drafted.ts';

const unclear = `
  create table users (id int primary key, email text);
  create table accounts (id int primary key);
  create table posts (id int primary key, user_id int references users);
  create table bills (id int primary key, account_id int references accounts);`;

describe('the subject of a draft', () => {
  it('is the table on which most others hang, if its name says that it can be', async () => {
    const url = await createProduct(`
      create table accounts (id uuid primary key);
      create table users (id int primary key, account_id uuid references accounts);
      create table films (id int primary key);
      create table posts (id int primary key, user_id int references users);
      create table bills (id int primary key, account_id uuid references accounts, film_id int references films);`);
    const draft = await draftFrom({ choose: null }, { url, subject: null, sample: false });
    assert.deepEqual(draft.subject, { table: 'accounts', column: 'id' });
    assert.equal(draft.exportName, 'accounts');
  });

  it('is asked for where two are as likely, the best guesses first', async () => {
    const url = await createProduct(unclear);
    const asked: string[][] = [];
    const choose = async (guesses: { table: { table: string } }[]) => {
      asked.push(guesses.map(({ table }) => table.table));
      return 'users';
    };
    const draft = await draftFrom({ choose }, { url, subject: null, sample: false });
    assert.deepEqual(
      asked.map((names) => [...names].sort()),
      [['accounts', 'users']],
    );
    assert.equal(draft.subject.table, 'users');
  });

  it('is refused where nobody can be asked, and where the table has no key of one column', async () => {
    const url = await createProduct(`${unclear} create table pairs (a int, b int, primary key (a, b));`);
    const draft = (subject: string | null) => draftFrom({ choose: null }, { url, subject, sample: false });
    await assert.rejects(draft(null), { code: 'invalid_request', message: /--subject users/ });
    await assert.rejects(draft('pairs'), { message: /a key of one column/ });
    await assert.rejects(draft('nobody'), { message: /no such table/ });
  });

  it('is refused where the role may not read its row', async () => {
    const url = await createProduct(`create table users (id int primary key);
      do $$ begin create role draft_stranger; exception when duplicate_object then null; end $$;`);
    await assert.rejects(
      draftFrom(
        { choose: null },
        { url: `${url}?options=-c%20role%3Ddraft_stranger`, subject: 'users', sample: false },
      ),
      { code: 'source_refused', message: /users cannot be exported\. The role may not read/ },
    );
  });

  it('may be in another schema, and have a key that is called otherwise', async () => {
    const url = await createProduct(`
      create schema crm;
      create table crm."Customer" ("CustomerNo" text primary key, name text);
      create table crm."Order" (id int primary key, "CustomerNo" text references crm."Customer");`);
    const draft = await draftFrom({ choose: null }, { url, subject: 'crm.Customer', sample: false });
    assert.deepEqual(draft.subject, { table: 'crm.Customer', column: 'CustomerNo' });
    assert.deepEqual(
      draft.categories.map(({ from }) => from),
      ['crm.Customer', 'crm.Order'],
    );
  });
});
