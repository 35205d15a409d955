import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** Stands in every row that is exported, and must stand in no file. */
export const CANARY = 'CANARY_in_plain_text';

/** A bank: what every wallet holds must follow from the transfers, at any one instant and at no mixture of two. */
const WALLETS = 300;
const OPENING = 1_000;

const schema = `
  create table banks (id text primary key, transfers int not null default 0);
  create table wallets (id int, bank_id text references banks, balance int not null, primary key (bank_id, id));
  create table transfers (
    id bigint generated always as identity primary key, bank_id text not null references banks,
    source int not null, target int not null, amount int not null, memo text not null
  );
  create index on transfers (bank_id, id);
  -- A second for all wallets: time to be killed in the middle.
  create function slow(value int) returns int language plpgsql volatile as
    $$ begin perform pg_sleep(0.003); return value; end $$;
  create view slow_wallets as select slow(id) as id, bank_id, balance from wallets;
  create function move(bank text, many int) returns void language sql as $$
    with made as (
      insert into transfers (bank_id, source, target, amount, memo)
      select bank, n % ${WALLETS}, (n * 7 + 1) % ${WALLETS}, 1 + n % 5, '${CANARY}_' || n || repeat(E' "memo"\\n', 20)
      from (select (random() * 1e6)::int as n from generate_series(1, many)) as numbers
      returning source, target, amount
    ), sums as (
      select wallet, sum(amount) as amount from (
        select source as wallet, -amount as amount from made union all select target, amount from made) as both_sides
      group by wallet
    ), moved as (
      update wallets w set balance = balance + sums.amount from sums where w.bank_id = bank and w.id = sums.wallet
    )
    update banks set transfers = transfers + many where id = bank $$;`;

export async function makeLedger(url: string, banks: string[], transfers: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(schema);
  for (const bank of banks) {
    await client.query('insert into banks (id) values ($1)', [bank]);
    await client.query(
      `insert into wallets (id, bank_id, balance) select n, $1, ${OPENING} from generate_series(0, ${WALLETS - 1}) n`,
      [bank],
    );
    await client.query('select move($1, $2)', [bank, transfers]);
  }
  await client.query('analyze');
  await client.end();
}

/** Moves money in all banks, about thirty times a second, also through restarts of the database. */
export function keepMoving(url: string, banks: string[]): { stop(): Promise<void> } {
  let isOver = false;
  const moving = (async () => {
    while (!isOver) {
      const client = new pg.Client({ connectionString: url, application_name: 'product' });
      client.on('error', () => {});
      try {
        await client.connect();
        while (!isOver) {
          for (const bank of banks) await client.query('select move($1, 1)', [bank]);
          await sleep(30);
        }
      } catch {
        await sleep(100);
      } finally {
        await client.end().catch(() => {});
      }
    }
  })();
  return {
    async stop() {
      isOver = true;
      await moving;
    },
  };
}

interface Document {
  accountId: string;
  data: {
    bank: { id: string; transfers: number }[];
    wallets: { id: number; balance: number }[];
    transfers: { id: number; source: number; target: number; amount: number }[];
  };
}

/** Throws when the document is not the bank at one instant: a row lost, doubled, of another bank or of another time. */
export function checkDocument(text: string, bankId: string): { transfers: number } {
  const { accountId, data } = JSON.parse(text) as Document;
  const [bank] = data.bank;
  assert.equal(accountId, bankId);
  assert.deepEqual([data.bank.length, bank?.id], [1, bankId]);
  assert.equal(data.transfers.length, bank?.transfers, 'transfers are lost, doubled, or of another instant');
  let last = 0;
  const balances = new Map(Array.from({ length: WALLETS }, (_, id) => [id, OPENING]));
  const add = (wallet: number, amount: number) => balances.set(wallet, (balances.get(wallet) ?? 0) + amount);
  for (const { id, source, target, amount } of data.transfers) {
    assert.ok(id > last, `transfer ${id} after ${last}`);
    last = id;
    add(source, -amount);
    add(target, amount);
  }
  assert.deepEqual(
    data.wallets.map(({ id, balance }) => [id, balance]),
    [...balances],
    'the wallets are not those of the instant of the transfers',
  );
  return { transfers: data.transfers.length };
}

/** Throws when the document is not all wallets of the bank at one instant: what they hold together never changes. */
export function checkWallets(text: string, bankId: string): void {
  const { accountId, data } = JSON.parse(text) as Document;
  assert.equal(accountId, bankId);
  assert.deepEqual(
    data.wallets.map(({ id }) => id),
    Array.from({ length: WALLETS }, (_, id) => id),
  );
  const total = data.wallets.reduce((sum, { balance }) => sum + balance, 0);
  assert.equal(total, WALLETS * OPENING, 'the wallets are of several instants');
}
