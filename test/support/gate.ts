import type { TestContext } from 'node:test';
import pg from 'pg';

/** Views of the product's notes that answer only while their gate is open. */
export interface Gate {
  open(): Promise<void>;
  /** How many connections of Handover the product's database has: in use, running a statement, or any, resting ones too. */
  connections(state?: 'active' | 'any'): Promise<number>;
}

/**
 * Makes the views and closes their gate: `notes_read_slowly` stops who reads the rows, `notes_counted_slowly` also who
 * counts them.
 */
export async function closeGate(t: TestContext, product: pg.Pool): Promise<Gate> {
  const holder = new pg.Client(product.options.connectionString);
  await holder.connect();
  t.after(() => holder.end());
  // Not by waiting for a lock, which the source's lock timeout would cut short.
  await holder.query(`
    create function passed(body text) returns text stable language plpgsql as $$
      begin
        while not pg_try_advisory_lock_shared(1) loop perform pg_sleep(0.05); end loop;
        perform pg_advisory_unlock_shared(1);
        return body;
      end $$;
    create view notes_read_slowly as
      select id, account_id, passed(body) as body, settings, secret from notes;
    create view notes_counted_slowly as select * from notes where passed(body) is not null;
    select pg_advisory_lock(1)`);
  return {
    async open() {
      await holder.query('select pg_advisory_unlock(1)');
    },
    async connections(state) {
      const { rows } = await holder.query<{ count: number }>(
        `select count(*)::int from pg_stat_activity
         where datname = current_database() and application_name = 'handover'
           and case $1 when 'any' then true when 'active' then state = 'active' else state <> 'idle' end`,
        [state ?? 'in use'],
      );
      return rows[0]?.count ?? 0;
    },
  };
}
