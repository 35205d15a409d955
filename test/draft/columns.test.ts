import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { categoryOf, createProduct, draftOf, exportDraft, fateOf } from './drafted.ts';

describe('the columns of a draft', () => {
  it('are all named: they leave, or stay for a reason, and what is unsure is asked about', async () => {
    const url = await createProduct(`
      create table users (id int primary key, email text, password_hash text, api_key_id int, invite_code text,
        settings jsonb, search tsvector, deleted_at timestamptz, password boolean);
      insert into users values (1, 'a@b.example', 'CANARY', 5, 'CANARY', '{"a": 1}', null, null, true);`);
    const draft = await draftOf(url, 'users');
    const fates = [
      'email',
      'password_hash',
      'api_key_id',
      'invite_code',
      'settings',
      'search',
      'password',
    ].map((name) => fateOf(draft, 'users', name));
    assert.deepEqual(fates, ['include', 'secret', 'include', 'secret', 'internal', 'derived', 'include']);
    const users = categoryOf(draft, 'users');
    assert.deepEqual(
      users.columns.filter(({ question }) => question !== null).map(({ name }) => name),
      ['invite_code', 'settings'],
    );
    assert.equal(users.description, 'Deleted ones too.');
    assert.match(users.remarks.join(), /deleted_at/);
    const { text, config } = await exportDraft(draft, url, '1');
    assert.doesNotMatch(text, /CANARY/);
    assert.deepEqual(
      config.exports.users?.categories[0]?.sensitive.map(({ column }) => column),
      ['password'],
    );
  });

  it('leave parts of composites behind that are secrets', async () => {
    const url = await createProduct(`
      create type login as (name text, password text);
      create table users (id int primary key, line login, "allLines" login[]);
      insert into users values (1, row('a', 'CANARY'), array[row('b', 'CANARY')::login]);`);
    const { text, data } = await exportDraft(await draftOf(url, 'users'), url, '1');
    assert.doesNotMatch(text, /CANARY/);
    assert.deepEqual(data.users, [{ id: 1, line: { name: 'a' }, allLines: [{ name: 'b' }] }]);
  });

  it('stay where they are generated from a secret', async () => {
    const url = await createProduct(`
      create table users (id int primary key, email text, password text, invite_code text,
        shout text generated always as (upper(invite_code)) stored,
        basic text generated always as (email || ':' || password) stored,
        has_login boolean generated always as (password is not null) stored,
        shown text generated always as (lower(email)) stored);
      insert into users values (1, 'a@b.example', 'CANARY', 'CANARY');`);
    const draft = await draftOf(url, 'users');
    const fates = ['basic', 'shout', 'has_login', 'shown'].map((name) => fateOf(draft, 'users', name));
    assert.deepEqual(fates, ['secret', 'secret', 'include', 'include']);
    const { text } = await exportDraft(draft, url, '1');
    assert.doesNotMatch(text, /CANARY/);
  });

  it('are looked into when rows are sampled: values of secrets stay under harmless names', async () => {
    const url = await createProduct(`
      create table users (id int primary key, extra text, config jsonb, notes text, attributes json[]);
      insert into users select n, '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy',
        '{"list": [{"token": "CANARY_a"}], "odd.key": {"secret": "CANARY_b"}, "keep": 1, "in": {"": "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."}}', 'note ' || n,
        array['{"password": "CANARY_c", "kept": true}']::json[] from generate_series(1, 3) n;`);
    const draft = await draftOf(url, 'users', { sample: true });
    assert.equal(fateOf(draft, 'users', 'extra'), 'secret');
    assert.equal(fateOf(draft, 'users', 'notes'), 'include');
    const { text, data } = await exportDraft(draft, url, '1');
    assert.doesNotMatch(text, /CANARY|\$2b|eyJ/);
    assert.deepEqual(data.users, [
      {
        id: 1,
        config: { list: [{}], 'odd.key': {}, keep: 1, in: {} },
        notes: 'note 1',
        attributes: [{ kept: true }],
      },
    ]);
  });

  it('stay where a sample had nothing to look into', async () => {
    const url = await createProduct('create table users (id int primary key, settings jsonb)');
    assert.equal(fateOf(await draftOf(url, 'users', { sample: true }), 'users', 'settings'), 'internal');
  });

  it('order the rows: by the key, by another that is as good, or by all that can be ordered', async () => {
    const url = await createProduct(`
      create table users (id int primary key);
      create table a (user_id int references users, no int, primary key (user_id, no));
      create table b (user_id int references users, code text not null unique);
      create table c (user_id int references users, at timestamptz, doc json, spot point, who text);
      insert into users values (1);
      insert into c values (1, now(), '{}', '(1,2)', 'x'), (1, now(), '{}', '(1,2)', 'x');`);
    const draft = await draftOf(url, 'users');
    assert.deepEqual(categoryOf(draft, 'a').orderBy, ['user_id', 'no']);
    assert.deepEqual(categoryOf(draft, 'b').orderBy, ['code']);
    assert.deepEqual(categoryOf(draft, 'c').orderBy, ['user_id', 'at', 'who']);
    assert.match(categoryOf(draft, 'c').remarks.join(), /no key/);
    const { data } = await exportDraft(draft, url, '1');
    assert.equal(data.c?.length, 2);
  });

  it('make no category where all of them stay', async () => {
    const url = await createProduct(`
      create table users (id int primary key);
      create table pins (password_hash text primary key, user_id_hash text, who int references users, constraint w check (who > 0));
      create table blobs (id bytea, secret text, "user" int);`);
    const draft = await draftOf(url, 'users');
    assert.ok(draft.categories.every(({ columns }) => columns.some(({ reason }) => reason === null)));
  });
});
