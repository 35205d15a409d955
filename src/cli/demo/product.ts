import { randomBytes } from 'node:crypto';
import { PGlite } from '@electric-sql/pglite';
import { fillChatDatabase } from '../../../examples/chat/fill.ts';
import { fillVoiceDatabase } from '../../../examples/voice/fill.ts';
import { formatNumber } from '../../language/language.ts';

/** The product of the demo, as its own server knows it. */
export interface Product {
  name: string;
  /** Where its databases lie: beside Handover's data, not in it. */
  folders: Folders;
  accounts: Account[];
  /** The account with the most calls. */
  largest: Account;
  /** Rows of the largest account that its archive must hold, by category: counted by hand-written SQL. */
  expectedRows: Record<string, number>;
}

export interface Folders {
  voice: string;
  chat: string;
}

export interface Account {
  id: string;
  name: string;
  calls: number;
  owner: { id: string; email: string; name: string };
}

export interface ApiSecret {
  key: string;
  secret: string;
}

/** Fills the product's databases if they are not, and looks around in it. `tell` hears how far it is. */
export async function fillProduct(
  { name, folders }: Pick<Product, 'name' | 'folders'>,
  tell: (text: string) => void,
): Promise<Product> {
  await fillChat(folders.chat);
  const db = await PGlite.create(folders.voice);
  try {
    let toldAt = 0;
    await fillVoiceDatabase(db, {
      onProgress({ table, rows }) {
        if (rows - toldAt < 40_000) return;
        toldAt = rows;
        tell(`filling the product's database: ${formatNumber(rows, 'en')} rows (${table})`);
      },
    });
    const { rows: accounts } = await db.query<Account>(accountsSql);
    const largest = accounts[0];
    if (!largest) throw new Error('The product has no accounts.');
    const { rows } = await db.query<{ category: string; rows: number }>(expectedSql, [largest.id]);
    return {
      name,
      folders,
      accounts,
      largest,
      expectedRows: Object.fromEntries(rows.map((row) => [row.category, Number(row.rows)])),
    };
  } finally {
    await db.close();
  }
}

async function fillChat(folder: string): Promise<void> {
  const db = await PGlite.create(folder);
  try {
    await fillChatDatabase(db);
  } finally {
    await db.close();
  }
}

/** A key for this run of the demo alone. */
export function createPresetKey(): ApiSecret {
  return { key: 'demo', secret: randomBytes(32).toString('hex') };
}

const accountsSql = `
  select a.id, a.name, (select count(*)::int from calls c where c.account_id = a.id) as calls,
    jsonb_build_object('id', u.id, 'email', u.email, 'name', u.name) as owner
  from account a
  cross join lateral (
    select id, email, name from users where account_id = a.id and role = 'owner' order by id limit 1
  ) u
  order by calls desc, a.id`;

const expectedSql = `
  select 'account' as category, count(*) as rows from account where id = $1
  union all select 'users', count(*) from users where account_id = $1
  union all select 'contacts', count(*) from contacts where account_id = $1
  union all select 'calls', count(*) from calls where account_id = $1 and scrubbed_at is null
  union all select 'flows', count(*) from flows where account_id = $1
  union all select 'phoneNumbers', count(*) from phone_numbers where account_id = $1
  union all select 'voipProviders', count(*) from voip_providers where account_id = $1
  union all select 'callSchedules', count(*) from call_schedules s join campaigns c on c.id = s.campaign_id
    where c.account_id = $1
  union all select 'campaigns', count(*) from campaigns where account_id = $1
  union all select 'charges', count(*) from charges where account_id = $1
  union all select 'balanceTransactions', count(*) from balance_transactions where account_id = $1
  union all select 'notifications', count(*) from notifications where account_id = $1`;
