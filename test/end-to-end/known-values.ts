import type pg from 'pg';

/** Every secret that was planted in the product's database, wherever it stands there. */
export async function plantedSecrets(product: pg.Client): Promise<Set<string>> {
  const { rows: tables } = await product.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public'`,
  );
  const found = new Set<string>();
  for (const { name } of tables) {
    const { rows } = await product.query<{ secret: string }>(
      `select distinct m[1] as secret from ${name} t, regexp_matches(t::text, 'CANARY_\\d+_[a-z_.]+', 'g') m
       where t::text like '%CANARY_%'`,
    );
    for (const { secret } of rows) found.add(secret);
  }
  return found;
}

/** Texts of an account that stand in its file and that nobody has by chance: a few of each kind. */
export async function knownValues(product: pg.Client, account: string): Promise<string[]> {
  const { rows } = await product.query<{ value: string }>(
    `with mine as (select * from contacts where account_id = $1),
     people as (select name from users where role = 'owner')
     (select phone as value from mine order by 1 limit 50)
     union (select email from mine where email is not null order by 1 limit 50)
     union (select id from mine order by 1 desc limit 20)
     union (select id from calls where account_id = $1 and scrubbed_at is null order by 1 limit 50)
     union (select e164 from phone_numbers where account_id = $1)
     union (select distinct first_name from mine where length(first_name) > 7
       and not exists (select from people where name like '%' || first_name || '%') order by 1 limit 20)
     union (select distinct last_name from mine where length(last_name) > 7
       and not exists (select from people where name like '%' || last_name || '%') order by 1 limit 20)
     union (select node ->> 'text' from flows, jsonb_array_elements(nodes) node
       where account_id = $1 and length(node ->> 'text') > 30 and node ->> 'text' !~ '["\\\\\\n]' order by 1 limit 40)
     union (select substring(body from 'reached .* contacts') from notifications where account_id = $1)`,
    [account],
  );
  return rows.map(({ value }) => value);
}

/** A pattern: no key of a row may stand in the clear, whichever row it is of. */
export const idOfCallOrContact = String.raw`c[lt]_\d{6}`;
