import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { createProduct, draftOf, exportDraft, fateOf, run } from './drafted.ts';

const one = '11111111-1111-4111-8111-111111111111';
const two = '22222222-2222-4222-8222-222222222222';

describe('a draft of the voice example', () => {
  it('exports an account with every table of its own and no canary, looked into or not', async () => {
    const url = await createProduct(await readFile('examples/voice/schema.sql', 'utf8'));
    await run(url, [voiceRows(one, 'a'), voiceRows(two, 'foreign')].join('\n'));
    for (const sample of [false, true]) {
      const draft = await draftOf(url, 'account', { sample });
      const { text, data } = await exportDraft(draft, url, one);
      assert.doesNotMatch(text, /CANARY/);
      assert.doesNotMatch(text, /foreign/);
      for (const [category, rows] of Object.entries(data)) assert.equal(rows.length, 1, category);
      assert.deepEqual(Object.keys(data).sort(), [
        ...['account', 'balanceTransactions', 'callSchedules', 'calls', 'campaigns', 'charges', 'contacts'],
        ...['dailyCallTotals', 'flows', 'notifications', 'phoneNumbers', 'users', 'voipProviders'],
      ]);
      assert.deepEqual(
        draft.leftOut.map(({ table, reason }) => [table, reason]),
        [['sessions', 'secret']],
      );
      assert.equal(fateOf(draft, 'voip_providers', 'gateways'), sample ? 'include' : 'internal');
    }
  });

  it('leaves secrets out of JSON by their path when it looked into it', async () => {
    const url = await createProduct(await readFile('examples/voice/schema.sql', 'utf8'));
    await run(url, voiceRows(one, 'a'));
    const { data } = await exportDraft(await draftOf(url, 'account', { sample: true }), url, one);
    assert.deepEqual(data.voipProviders?.[0]?.gateways, [{ host: 'a.example' }]);
    assert.deepEqual(data.account?.[0]?.settings, { smtp: { host: 'a' } });
  });
});

describe('a draft of the chat example', () => {
  it("exports a person's own posts and rooms, and no post of others in those", async () => {
    const url = await createProduct(await readFile('examples/chat/schema.sql', 'utf8'));
    await run(url, chatRows);
    for (const sample of [false, true]) {
      const draft = await draftOf(url, 'people', { sample });
      const { text, data } = await exportDraft(draft, url, 'alice');
      assert.doesNotMatch(text, /CANARY|foreign/);
      assert.deepEqual(
        data.posts?.map(({ body }) => body),
        ['mine'],
      );
      assert.deepEqual(
        data.rooms?.map(({ slug }) => slug),
        ['r'],
      );
      assert.deepEqual(data.roomMembers?.length, 1);
      assert.equal(
        draft.categories
          .find(({ from }) => from === 'posts')
          ?.columns.find(({ name }) => name === 'pinned_by')?.class,
        'third-party',
      );
    }
  });
});

function voiceRows(account: string, name: string): string {
  const id = (kind: string) => `'${name}-${kind}'`;
  const uuid = 'gen_random_uuid()';
  return `
    insert into account values ('${account}', '${name}', '${name}', 'business', 'active', now(),
      '{"smtp": {"host": "${name}", "password": "CANARY_smtp"}}', 'CANARY_billing');
    insert into users values ('${account}', '${account}', '${name}@x.example', '${name}', 'owner', 'en', now(), null, null,
      'CANARY_hash', 'CANARY_mfa', '{CANARY_code}');
    insert into sessions values ('CANARY_session', '${account}', '127.0.0.1', now(), now()) on conflict do nothing;
    insert into contacts values (${id('contact')}, '${account}', 'x', '${name}', 'b', '+1', null, 1, null, null, '{}', '{}', false, now(), now(), null);
    insert into campaigns values (${id('campaign')}, '${account}', '${name}', 'done', now(), now(), now(), '{"calls": 1}');
    insert into call_schedules values (${uuid}, ${id('campaign')}, 'mon', '${name}', '{}', 1, true, now());
    insert into calls values (${id('call')}, '${account}', ${id('campaign')}, ${id('contact')}, '${account}', 'outbound', 'pstn', '+1', '+2', 'done', 1,
      now(), now(), 1, null, null, 'EUR', 'https://x.example/r?token=CANARY_recording', null);
    insert into daily_call_totals values ('${account}', now(), 1, 1, 1);
    insert into flows values (${uuid}, '${account}', '${name}', 'c', 'd', 1, 'draft', '[]', '{}', now(), now());
    insert into phone_numbers values (${uuid}, '${account}', '+1', 'DE', '{}', 'active', now(), 1, 'ref');
    insert into voip_providers values (${uuid}, '${account}', '${name}', 'sip', true, false,
      '[{"host": "${name}.example", "secret": "CANARY_gateway"}]', 'u', 'CANARY_password', '{"key": "CANARY_api"}', true, now());
    insert into charges (id, account_id, object, amount, amount_captured, amount_refunded, balance_transaction, billing_details,
      captured, created, currency, disputed, fraud_details, livemode, metadata, paid, refunded, status, payment_method_details)
      values (${id('charge')}, '${account}', 'charge', 1, 1, 0, 'b', '{}', true, 1, 'eur', false, '{}', true, '{}', true, false, 'ok',
        '{"card": {"last4": "4242", "fingerprint": "CANARY_fingerprint"}}');
    insert into balance_transactions values (${id('balance')}, '${account}', 'balance_transaction', 1, 1, 1, 't', 1, 'eur', null, 1, null, 0, '[]', 1, 'r', ${id('charge')}, 'ok', 'charge');
    insert into notifications values (${uuid}, '${account}', '${account}', 't', '${name}', 'b', null, now());`;
}

const chatRows = `
  insert into people (handle, display_name, site_role, locale, profile, blocks, joined_at, changed_at, is_online, is_banned, password_hash, totp_secret)
    select h, h, 'user', 'en', '{}', '{}', now(), now(), false, false, 'CANARY_hash', 'CANARY_totp' from unnest(array['alice', 'foreign']) h;
  insert into device_tokens values ('CANARY_device', 'alice', 'ios', now());
  insert into rooms (id, kind, slug, title, host, changed_at, is_frozen, is_paused, slow_mode_seconds, people_count, stream, invite_code)
    values (1, 'team', 'r', 'R', 'alice', now(), false, false, 0, 2, '{"key": "CANARY_stream"}', 'CANARY_invite'),
      (2, 'team', 'foreign', 'F', 'foreign', now(), false, false, 0, 2, '{}', 'CANARY_invite');
  insert into room_members (room_id, handle, standing, joined_at, changed_at, is_banned, is_quiet, join_token)
    values (1, 'alice', 'owner', now(), now(), false, false, 'CANARY_join'), (1, 'foreign', 'member', now(), now(), false, false, 'CANARY_join');
  insert into posts (id, room_id, author, body, files, mentions, also_in_room, posted_at, changed_at, is_silent, is_pinned, extra, answer_count)
    values (1, 1, 'alice', 'mine', '[]', '{}', false, now(), now(), false, false, '{}', 0),
      (2, 1, 'foreign', 'foreign', '[]', '{}', false, now(), now(), false, false, '{}', 0);
  insert into voice_calls values (gen_random_uuid(), 1, 'alice', now(), null, false, '{}', 'CANARY_join', 1);`;
