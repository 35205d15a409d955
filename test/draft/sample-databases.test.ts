import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadChinook, loadPagila } from '../databases/load.ts';
import { ask, draftOf, exportDraft } from './drafted.ts';

/** Written by hand: the rows of customer 148, as the archive's keys have them. */
const pagila: Record<string, string> = {
  customer: `select json_build_object('customerId', customer_id, 'firstName', first_name, 'email', email) from customer
    where customer_id = 148`,
  address: `select json_build_object('addressId', address_id, 'address', address, 'phone', phone)
    from address where address_id = (select address_id from customer where customer_id = 148)`,
  rental: `select json_build_object('rentalId', rental_id, 'inventoryId', inventory_id) from rental
    where customer_id = 148 order by rental_id`,
  payment: `select json_build_object('paymentId', payment_id, 'rentalId', rental_id, 'amount', amount) from payment
    where customer_id = 148 order by payment_date, payment_id`,
};

/** Those of customer 5; `reports_to` and the rest of the employees are nobody's business. */
const chinook: Record<string, string> = {
  customer: `select json_build_object('customerId', customer_id, 'email', email) from customer where customer_id = 5`,
  invoice: `select json_build_object('invoiceId', invoice_id, 'total', total) from invoice
    where customer_id = 5 order by invoice_id`,
  invoiceLine: `select json_build_object('invoiceLineId', invoice_line_id, 'trackId', track_id) from invoice_line
    join invoice using (invoice_id) where customer_id = 5 order by invoice_line_id`,
};

describe('a draft of pagila', () => {
  it('exports every row of the customer and none of another, and no password of the staff', async () => {
    const url = await loadPagila();
    const draft = await draftOf(url, 'customer');
    const { text, data } = await exportDraft(draft, url, '148');
    await sameRows(url, data, pagila);
    const others = await ask(url, 'select email from customer where customer_id <> 148');
    assert.deepEqual(
      others.filter((email) => text.includes(email)),
      [],
    );
    for (const secret of await ask(url, 'select distinct password from staff where password is not null')) {
      assert.ok(!text.includes(secret));
    }
    assert.deepEqual(draft.lookedUp, ['city', 'country', 'film', 'inventory', 'language', 'staff', 'store']);
    assert.deepEqual(
      draft.unreached.map(({ table }) => table),
      ['actor', 'category', 'film_actor', 'film_category'],
    );
    assert.ok(draft.notDrafted.includes('customer_list'));
  });
});

describe('a draft of chinook', () => {
  it('exports every row of the customer and none of another', async () => {
    const url = await loadChinook();
    const draft = await draftOf(url, 'customer');
    const { text, data } = await exportDraft(draft, url, '5');
    await sameRows(url, data, chinook);
    const others = await ask(
      url,
      'select email from customer where customer_id <> 5 union select email from employee',
    );
    assert.deepEqual(
      others.filter((email) => text.includes(email)),
      [],
    );
  });
});

/** The categories are those of the queries, with these very rows. */
async function sameRows(
  url: string,
  data: Record<string, Record<string, unknown>[]>,
  queries: Record<string, string>,
): Promise<void> {
  assert.deepEqual(Object.keys(data).sort(), Object.keys(queries).sort());
  for (const [category, query] of Object.entries(queries)) {
    const expected = await ask(url, `select row::text from (${query}) q(row)`);
    const rows = expected.map((row): Record<string, unknown> => JSON.parse(row));
    const keys = Object.keys(rows[0] ?? {});
    const found = data[category]?.map((row) => Object.fromEntries(keys.map((key) => [key, row[key]])));
    assert.deepEqual(found, rows, category);
  }
}
