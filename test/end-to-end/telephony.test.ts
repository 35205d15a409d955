import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sharedPostgres } from '../support/postgres.ts';
import { startSmtp, type TestSmtp } from '../support/smtp.ts';
import {
  archivedCategories,
  archivedKeys,
  compareRows,
  type Promised,
  parseArchive,
  promisedKeys,
} from './compare-rows.ts';
import { type Hallomoor, startHallomoor } from './hallomoor.ts';
import { idOfCallOrContact, knownValues, plantedSecrets } from './known-values.ts';
import { disguises, distinct, filesBelow, findMatches, findValues, type Place } from './search.ts';
import {
  readTraces,
  type TemporaryFolder,
  type Traces,
  watchTemporaryFolder,
  watchUnfinishedFiles,
} from './traces.ts';
import { lookAround, type Walked, walk } from './walk.ts';

/** The twelve categories in the order of the file, and by hand what of each table leaves. */
const promised: Record<string, Promised> = {
  account: { table: 'account', stays: ['billing_api_key'], belongs: 't.id = $1' },
  users: { table: 'users', stays: ['password_hash', 'mfa_secret', 'mfa_recovery_codes'] },
  contacts: { table: 'contacts' },
  calls: {
    table: 'calls',
    stays: ['recording_url', 'scrubbed_at'],
    belongs: 't.account_id = $1 and t.scrubbed_at is null',
  },
  flows: { table: 'flows' },
  phoneNumbers: { table: 'phone_numbers', stays: ['provider_ref'] },
  voipProviders: {
    table: 'voip_providers',
    stays: ['auth_password'],
    instead: {
      api_credentials: `t.api_credentials - 'auth_token' || jsonb_build_object('nested', (
        select jsonb_agg(each.value - 'signing_secret' order by each.ordinality)
        from jsonb_array_elements(t.api_credentials -> 'nested') with ordinality each))`,
    },
  },
  callSchedules: {
    table: 'call_schedules',
    belongs: 't.campaign_id in (select id from campaigns where account_id = $1)',
  },
  campaigns: { table: 'campaigns' },
  charges: {
    table: 'charges',
    stays: [
      ...['application', 'application_fee', 'application_fee_amount', 'calculated_statement_descriptor'],
      ...['fraud_details', 'livemode', 'on_behalf_of', 'outcome', 'payment_intent', 'payment_method'],
      ...['review', 'source_transfer', 'transfer_data', 'transfer_group'],
    ],
    instead: {
      payment_method_details: `t.payment_method_details::jsonb #- '{card,fingerprint}'`,
      source: `t.source #- '{client_secret}'`,
    },
  },
  balanceTransactions: { table: 'balance_transactions', stays: ['reporting_category'] },
  notifications: { table: 'notifications' },
};

let smtp: TestSmtp;
let temporary: TemporaryFolder;
let hallomoor: Hallomoor;
/** The account with the most calls, its file sealed as one part. */
let largest: Walked;
/** Every other account: each planted secret had its chance to leave. */
let others: Walked[];
/** The largest account once more, a day later, sealed as many parts. */
let again: Walked;
/** What lay in the data folder while Handover ran, files that were being written among it. */
let meanwhile: Place[];
/** What it left, after the first round and after the second. */
let traces: Traces;
let tracesAgain: Traces;

before(async () => {
  await sharedPostgres(); // its files are not Handover's
  temporary = await watchTemporaryFolder();
  smtp = await startSmtp();
  hallomoor = await startHallomoor({ smtpUrl: smtp.url });
  const { env, accounts } = hallomoor;
  const unfinished = watchUnfinishedFiles(join(env.dataDir, 'store'));

  const [first, ...rest] = accounts;
  [largest, ...others] = await Promise.all([
    walk({ hallomoor, smtp }, first),
    ...rest.map((account) => walk({ hallomoor, smtp }, account)),
  ]);
  await lookAround(hallomoor, largest.account);
  meanwhile = await filesBelow(env.dataDir);
  await hallomoor.stop();
  traces = await readTraces(env);

  hallomoor.advance({ hours: 25 });
  await hallomoor.startAgain({ rowsPerPart: 3000 });
  again = await walk({ hallomoor, smtp }, largest.account);
  await hallomoor.stop();
  tracesAgain = await readTraces(env);
  meanwhile.push(...(await unfinished.stop()));
  await parseArchive(hallomoor.product, largest.archive.toString());
});
after(async () => {
  await hallomoor?.remove();
  await smtp?.stop();
  await temporary?.remove();
});

test('the file is written as it is described, byte for byte, with one row a line', async () => {
  const text = largest.archive.toString();
  const { id } = largest.account;
  const exportedAt = /"exportedAt": "(.*)"/.exec(text)?.[1] ?? '';
  assert.match(exportedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.ok(Math.abs(Date.parse(exportedAt) - Date.now()) < 3_600_000);
  const begins = `{
  "exportVersion": "1.0",
  "accountId": "${id}",
  "exportedAt": "${exportedAt}",
  "data": {
    "account": [
      {"id":"${id}","name":"Banco admin.",`;
  assert.equal(text.slice(0, begins.length), begins);
  const ends = '}\n    ]\n  }\n}\n';
  assert.equal(text.slice(-ends.length), ends);

  const lines = text.split('\n').slice(5, -4);
  const isRow = (line: string) => /^ {6}\{"id":".*\},?$/.test(line);
  assert.deepEqual(
    lines.filter((line) => !isRow(line)),
    Object.keys(promised).flatMap((name, n) => [...(n === 0 ? [] : ['    ],']), `    "${name}": [`]),
  );
  const { rowCount } = await hallomoor.product.query('select from archived');
  assert.equal(lines.filter(isRow).length, rowCount);
});

describe('another parser finds the rows of the database in the file, all of them and nothing else', () => {
  test('in the twelve categories, in their order', async () => {
    assert.deepEqual(await archivedCategories(hallomoor.product), Object.keys(promised));
  });

  for (const [category, what] of Object.entries(promised)) {
    test(category, async () => {
      const db = hallomoor.product;
      assert.deepEqual(await archivedKeys(db, category), [await promisedKeys(db, what)]);
      const { equal, differences } = await compareRows(db, category, what, largest.account.id);
      assert.deepEqual(differences, []);
      assert.ok(equal > 0);
    });
  }
});

test('calls from which personal data was removed are not in the file', async () => {
  const { rows: scrubbed } = await hallomoor.product.query<{ id: string }>(
    'select id from calls where account_id = $1 and scrubbed_at is not null',
    [largest.account.id],
  );
  assert.equal(scrubbed.length, 488);
  const quoted = scrubbed.map(({ id }) => `"${id}"`);
  assert.deepEqual(findValues([{ name: 'file', bytes: largest.archive }], quoted), []);
});

test('the same rows give the same bytes, sealed as one part or as many', () => {
  assert.equal(openedOf(traces, largest).length, 1);
  assert.ok(openedOf(tracesAgain, again).length > 10);
  const withoutInstant = ({ archive }: Walked) =>
    createHash('sha256')
      .update(archive.toString().replace(/"exportedAt": "[^"]*"/, ''))
      .digest('hex');
  assert.equal(withoutInstant(again), withoutInstant(largest));
});

test('none of the 1,893 planted secrets is in anything that Handover gave away or keeps, sealed or not', async () => {
  assert.equal((await plantedSecrets(hallomoor.product)).size, 1893);
  const places: Place[] = [
    ...[largest, ...others, again].map(({ account, archive }) => ({ name: account.id, bytes: archive })),
    ...smtp.mails.map((mail, n) => ({ name: `mail ${n}`, bytes: JSON.stringify(mail) })),
    ...hallomoor.answers.flatMap(({ headers, bytes }, n) => [
      { name: `answer ${n}`, bytes },
      { name: `headers of answer ${n}`, bytes: JSON.stringify([...headers]) },
    ]),
    { name: 'log', bytes: hallomoor.logged() },
    ...distinct([
      ...meanwhile,
      ...[traces, tracesAgain].flatMap(({ files, opened, state }) => [...files, ...opened, ...state]),
    ]),
  ];
  // A mail to confirm and one that it is ready, a sealed part for each account, and lines of each request.
  assert.equal(smtp.mails.length, 2 * 13);
  assert.equal(traces.opened.length, 12);
  assert.match(hallomoor.logged(), /"url":"\/v1\/portal-sessions","status":201,.*"msg":"request"/);
  // They all begin with the same word, which is looked for in hex and base64 as well.
  assert.deepEqual(findValues(places, ['CANARY_', ...disguises('CANARY_')]), []);
});

/**
 * Not among the values: the account's own id, and id, e-mail and name of who asked. The state needs them in the clear
 * while there is no key at hand.
 */
test('without the key, no value of the account is in any file', async () => {
  const { id, owner } = largest.account;
  const values = await knownValues(hallomoor.product, id);
  assert.ok(values.length > 200, `${values.length} values`);
  const inFile = findValues([{ name: 'file', bytes: largest.archive }], values);
  assert.equal(inFile.length, values.length, 'all of them leave');

  const files = distinct([...meanwhile, ...traces.files, ...tracesAgain.files]);
  for (const inTheClear of [id, owner.email]) assert.notDeepEqual(findValues(files, [inTheClear]), []);
  assert.deepEqual(findValues(files, values), []);
  // Compressed rows of the state show nothing of themselves in its files.
  assert.deepEqual(findValues([...traces.state, ...tracesAgain.state], values), []);
  assert.deepEqual(findMatches([...files, ...tracesAgain.state], idOfCallOrContact), []);
});

test('no file is written among the temporary files', () => {
  const own = basename(dirname(hallomoor.env.dataDir));
  assert.deepEqual([...temporary.made], [own], 'the watch sees what is made: our own folder');
});

/** What was opened of an export's parts. */
function openedOf({ opened }: Traces, { id }: Walked): Place[] {
  return opened.filter(({ name }) => name.endsWith(id));
}
