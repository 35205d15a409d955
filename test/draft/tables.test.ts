import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { categoryOf, createProduct, draftOf, exportDraft, fateOf, run } from './drafted.ts';

describe('which tables a draft reaches', () => {
  it('follows columns called after a table where no foreign key is declared, if the types agree', async () => {
    const url = await createProduct(`
      create table accounts (id bigint primary key, name text);
      create table a (id int primary key, account_id int);
      create table b (id int primary key, accountid bigint);
      create table c (id int primary key, "accountId" bigint);
      create table d (id int primary key, fk_account bigint);
      create table e (id int primary key, id_account bigint);
      create table f (id int primary key, account bigint);
      create table g (id int primary key, acct_id bigint);
      create table wrong_type (id int primary key, account_id text);
      create table part_of_d (id int primary key, d_id int);`);
    const draft = await draftOf(url, 'accounts');
    const reached = draft.categories.map(({ from }) => from).sort();
    assert.deepEqual(reached, ['a', 'accounts', 'b', 'c', 'd', 'e', 'f', 'g', 'part_of_d']);
    assert.deepEqual(categoryOf(draft, 'part_of_d').ways, [
      { column: 'fk_account', through: [{ table: 'd', on: { d_id: 'id' } }] },
    ]);
    assert.match(categoryOf(draft, 'b').remarks.join(), /No foreign key says so/);
  });

  it('takes both ends of a message, and neither who pinned it nor who is followed', async () => {
    const url = await createProduct(`
      create table users (id bigint primary key);
      create table messages (id bigint primary key, sender_id bigint references users, recipient_id bigint references users,
        pinned_by bigint references users, recipient_email text, sender_ip inet, body text);
      create table follows (follower_id bigint references users, followee_id bigint references users,
        primary key (follower_id, followee_id));
      create table approvals (id bigint primary key, approved_by bigint references users);
      create table tickets (id bigint primary key, customer_id bigint references users, agent_id bigint references users);`);
    const draft = await draftOf(url, 'users');
    const messages = categoryOf(draft, 'messages');
    assert.deepEqual(messages.ways, [{ column: 'sender_id' }, { column: 'recipient_id' }]);
    assert.match(messages.questions.join(), /sender_id, recipient_id/);
    const classOf = (name: string) => messages.columns.find((column) => column.name === name)?.class;
    assert.deepEqual(['sender_id', 'recipient_id', 'pinned_by'].map(classOf), Array(3).fill('third-party'));
    assert.equal(fateOf(draft, 'messages', 'recipient_email'), 'third-party');
    assert.deepEqual(categoryOf(draft, 'follows').ways, [{ column: 'follower_id' }]);
    assert.deepEqual(categoryOf(draft, 'tickets').ways, [{ column: 'customer_id' }]);
    assert.equal(
      draft.categories.some(({ from }) => from === 'approvals'),
      false,
    );
    assert.match(draft.leftOut.find(({ table }) => table === 'approvals')?.question ?? '', /approved_by/);
  });

  it("does not hand out what others ordered of a teacher's course", async () => {
    const url = await createProduct(`
      create table users (id bigint primary key);
      create table courses (id bigint primary key, teacher_id bigint references users, owner_id bigint references users);
      create table orders (id bigint primary key, user_id bigint references users);
      create table order_lines (id bigint primary key, course_id bigint references courses, order_id bigint references orders);`);
    const draft = await draftOf(url, 'users');
    assert.deepEqual(categoryOf(draft, 'order_lines').ways, [
      { column: 'user_id', through: [{ table: 'orders', on: { order_id: 'id' } }] },
    ]);
    assert.match(categoryOf(draft, 'order_lines').questions.join(), /course_id alone/);
  });

  it('takes a row for whoever works on it only where it is about nobody else', async () => {
    const url = await createProduct(`
      create table users (id bigint primary key);
      create table patients (id bigint primary key, name text);
      create table appointments (id bigint primary key, doctor_id bigint references users, patient_id bigint references patients);
      create table duties (id bigint primary key, doctor_id bigint references users);`);
    const draft = await draftOf(url, 'users');
    assert.deepEqual(
      draft.categories.map(({ from }) => from),
      ['users', 'duties'],
    );
    assert.match(categoryOf(draft, 'duties').questions.join(), /doctor_id/);
    assert.match(draft.leftOut.find(({ table }) => table === 'appointments')?.question ?? '', /doctor_id/);
  });

  it('does not take people for their own boss, nor a reply for the row that it answers', async () => {
    const url = await createProduct(`
      create table users (id bigint primary key, manager_id bigint references users, name text);
      create table comments (id bigint primary key, user_id bigint references users, parent_id bigint references comments);
      insert into users values (1, null, 'a'), (2, 1, 'foreign');
      insert into comments values (1, 1, null), (2, 2, 1);`);
    const { text, data } = await exportDraft(await draftOf(url, 'users'), url, '1');
    assert.doesNotMatch(text, /foreign/);
    assert.deepEqual(
      data.comments?.map(({ id }) => id),
      [1],
    );
  });

  it('ends in a circle of tables, and goes through composite keys', async () => {
    const url = await createProduct(`
      create table clients (id bigint primary key);
      create table sites (client_id bigint references clients, no int, primary key (client_id, no));
      create table rooms (id bigint primary key, site_no int, site_client bigint, cover_id bigint,
        foreign key (site_no, site_client) references sites (no, client_id));
      create table pictures (id bigint primary key, room_id bigint references rooms);
      alter table rooms add foreign key (cover_id) references pictures;`);
    const draft = await draftOf(url, 'clients');
    assert.deepEqual(categoryOf(draft, 'rooms').ways, [
      { column: 'client_id', through: [{ table: 'sites', on: { site_no: 'no', site_client: 'client_id' } }] },
    ]);
    assert.equal(categoryOf(draft, 'pictures').ways[0]?.through?.length, 2);
  });

  it('takes implicit join tables of Prisma, and asks about what is shared through them', async () => {
    const url = await createProduct(`
      create table "User" (id text primary key, name text);
      create table "Document" (id text primary key, title text);
      create table "Tag" (id text primary key, label text);
      create table "_DocumentToUser" ("A" text references "Document", "B" text references "User");
      create table "_TagToUser" ("A" text references "Tag", "B" text references "User");
      insert into "User" values ('u1', 'a'), ('u2', 'foreign');
      insert into "Document" values ('d1', 'mine'), ('d2', 'foreign');
      insert into "_DocumentToUser" values ('d1', 'u1'), ('d2', 'u2');`);
    const draft = await draftOf(url, 'User');
    assert.match(categoryOf(draft, 'Document').questions.join(), /shared/);
    assert.deepEqual(draft.lookedUp, ['Tag']);
    const { text, data } = await exportDraft(draft, url, 'u1');
    assert.deepEqual(data.document, [{ id: 'd1', title: 'mine' }]);
    assert.doesNotMatch(text, /foreign/);
  });

  it('tells an address, which is theirs, from a country, which is nobody’s', async () => {
    const url = await createProduct(`
      create table countries (id int primary key, name text);
      create table addresses (id int primary key, street text, zip text, country_id int references countries);
      create table customers (id int primary key, home_id int references addresses, country_id int references countries);
      insert into countries values (1, 'NO');
      insert into addresses values (1, 'mine', '1', 1), (2, 'foreign', '2', 1);
      insert into customers values (1, 1, 1), (2, 2, 1);`);
    const draft = await draftOf(url, 'customers');
    assert.deepEqual(draft.lookedUp, ['countries']);
    assert.match(categoryOf(draft, 'addresses').questions.join(), /theirs, or a lookup table/);
    const { data } = await exportDraft(draft, url, '1');
    assert.deepEqual(
      data.addresses?.map(({ street }) => street),
      ['mine'],
    );
  });

  it("takes files that the subject's rows refer to, and none that say that they are somebody else's", async () => {
    const url = await createProduct(`
      create table companies (id int primary key);
      create table users (id int primary key);
      create table files (id int primary key, filename text, content_type text);
      create table documents (id int primary key, filename text, content_type text, company_id int references companies);
      create table letters (id int primary key, user_id int references users, file_id int references files);
      create table readings (user_id int references users, document_id int references documents, read_at timestamptz);
      insert into users values (1), (2);
      insert into files values (1, 'mine', 'x'), (2, 'foreign', 'x');
      insert into letters values (1, 1, 1), (2, 2, 2);`);
    const draft = await draftOf(url, 'users');
    const { data } = await exportDraft(draft, url, '1');
    assert.deepEqual(
      data.files?.map(({ filename }) => filename),
      ['mine'],
    );
    assert.deepEqual(draft.lookedUp, ['companies', 'documents']);
  });

  it('takes polymorphic owners by the words that a sample finds, or by those that frameworks write', async () => {
    const url = await createProduct(`
      create table accounts (id bigint primary key);
      create table line_items (id bigint primary key, account_id bigint references accounts);
      create table notes (id bigint primary key, notable_type text, notable_id bigint, body text);
      insert into accounts values (1), (2);
      insert into line_items values (5, 1), (6, 2);
      insert into notes values (1, 'Account', 1, 'a'), (2, 'LineItem', 5, 'b'), (3, 'LineItem', 1, 'foreign'),
        (4, 'Account', 2, 'foreign');`);
    for (const sample of [false, true]) {
      const draft = await draftOf(url, 'accounts', { sample });
      assert.match(categoryOf(draft, 'notes').questions.join(), /'Account', 'LineItem'/);
      const { data } = await exportDraft(draft, url, '1');
      assert.deepEqual(
        data.notes?.map(({ id }) => id),
        [1, 2],
      );
    }
    await run(url, String.raw`update notes set notable_type = 'App\Models\' || notable_type`);
    const { data } = await exportDraft(await draftOf(url, 'accounts', { sample: true }), url, '1');
    assert.deepEqual(
      data.notes?.map(({ id }) => id),
      [1, 2],
    );
  });

  it('reads inheriting tables through their parent, or each by itself where one has more columns', async () => {
    const url = await createProduct(`
      create table clients (id bigint primary key);
      create table calls (id bigint primary key, client_id bigint references clients);
      create table calls_2025 (primary key (id)) inherits (calls);
      create table papers (id bigint primary key, client_id bigint references clients);
      create table contracts (signed_on date, primary key (id)) inherits (papers);
      create table things (id bigint primary key, label text);
      create table bikes (client_id bigint references clients, primary key (id)) inherits (things);
      insert into clients values (1);
      insert into calls values (1, 1); insert into calls_2025 values (2, 1);
      insert into papers values (1, 1); insert into contracts values (2, 1, '2025-01-01');
      insert into bikes values (1, 'b', 1);`);
    const draft = await draftOf(url, 'clients');
    const { data } = await exportDraft(draft, url, '1');
    assert.deepEqual(Object.keys(data).sort(), ['bikes', 'calls', 'clients', 'contracts', 'papers']);
    assert.deepEqual(
      data.calls?.map(({ id }) => id),
      [1, 2],
    );
    assert.deepEqual(
      data.papers?.map(({ id }) => id),
      [1],
    );
    assert.equal(data.contracts?.[0]?.signedOn, '2025-01-01');
  });

  it('leaves out what frameworks keep for themselves, and sessions and tokens whole', async () => {
    const url = await createProduct(`
      create table users (id bigint primary key);
      create table schema_migrations (version text primary key);
      create table delayed_jobs (id bigint primary key, user_id bigint, handler text);
      create table sessions (id bigint primary key, user_id bigint references users, token text);
      create table training_sessions (id bigint primary key, user_id bigint references users, minutes int);`);
    const draft = await draftOf(url, 'users');
    assert.deepEqual(
      draft.leftOut.map(({ table, reason }) => [table, reason]),
      [
        ['delayed_jobs', 'internal'],
        ['schema_migrations', 'internal'],
        ['sessions', 'secret'],
      ],
    );
    assert.deepEqual(categoryOf(draft, 'training_sessions').ways, [{ column: 'user_id' }]);
  });

  it('leaves out, and asks about, what the role may not read or would see only a part of', async () => {
    const url = await createProduct(`
      create table users (id bigint primary key, email text, rating int);
      create table diaries (id bigint primary key, user_id bigint references users);
      create table hidden (id bigint primary key, user_id bigint references users);
      alter table diaries enable row level security;
      do $$ begin create role draft_reader; exception when duplicate_object then null; end $$;
      grant select (id, email) on users to draft_reader;
      grant select on diaries to draft_reader;`);
    const draft = await draftOf(`${url}?options=-c%20role%3Ddraft_reader`, 'users');
    assert.equal(fateOf(draft, 'users', 'email'), 'include');
    assert.equal(fateOf(draft, 'users', 'rating'), 'internal');
    const questions = draft.leftOut.map(({ table, question }) => [table, question?.split(' ')[0]]);
    assert.deepEqual(questions, [
      ['diaries', 'Row-level'],
      ['hidden', 'The'],
    ]);
  });

  it('has one name for each category, also for tables of two schemas and names that are no words', async () => {
    const url = await createProduct(`
      create schema billing;
      create table clients (id bigint primary key);
      create table invoices (id bigint primary key, client_id bigint references clients);
      create table billing.invoices (id bigint primary key, client_id bigint references clients);
      create table "Odd.Name ""x""" (id bigint primary key, client_id bigint references clients, "order" text, "a.b" text,
        "user_id" text, "userId" text);
      create table "2025 Übersicht" (id bigint primary key, client_id bigint references clients);
      insert into clients values (1);
      insert into "Odd.Name ""x""" values (1, 1, 'o', 'dot', 'p', 'q');`);
    const draft = await draftOf(url, 'clients');
    const names = draft.categories.map(({ name }) => name);
    assert.equal(new Set(names).size, 5);
    assert.ok(names.includes('billingInvoices') || names.includes('publicInvoices'));
    const { data } = await exportDraft(draft, url, '1');
    assert.deepEqual(data.oddNameX, [
      { id: 1, clientId: 1, order: 'o', 'a.b': 'dot', userId: 'p', userId2: 'q' },
    ]);
  });
});
