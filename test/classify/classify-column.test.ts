import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classifyColumn } from '../../src/classify/classify-column.ts';

/** What happens to `table.column type`, each on a line. */
const expected = {
  include: `
    users.id int8
    users.email text
    users.name varchar
    users.phone text
    users.avatar_url text
    users.website text
    users.avatar bytea
    users.birth_date date
    users.iban text
    users.password_changed_at timestamptz
    users.password bool
    users.has_password bool
    users.mfa_enabled bool
    users.sign_in_count int4
    users.last_sign_in_ip inet
    users.current_sign_in_ip text
    users.failed_attempts int4
    users.secret_level int4
    users.public_key text
    users.tax_id int4
    users.stripe_customer_id text
    users.role text
    users.locale text
    users.timezone text
    users.referral_code text
    usage.token_count int8
    usage.tokens int4
    usage.input_tokens int4
    usage.max_token int4
    calls.session_id uuid
    calls.session_id int8
    calls.sip_call_id text
    calls.from text
    calls.to text
    calls.hangup_code text
    cards.card_brand text
    cards.card_last4 text
    cards.card_exp_month int2
    api_keys.api_key_id uuid
    api_keys.key_prefix text
    api_keys.last_used_at timestamptz
    films.title text
    films.release_year int4
    films.special_features _text
    posts.body text
    posts.slug text
    posts.message_key text
    files.content_hash text
    files.checksum text
    files.storage_key text
    files.content_type text
    orders.coupon_code text
    orders.country_code text
    orders.total numeric
    orders.notes text
    settings.name text
    addresses.pin_code_type text
    customers.address_id int4
    tickets.boarding_pass text
    places.location geometry
    private_notes.private_note text
    reports.certificate_number text`,
  secret: `
    users.password text
    users.password_hash bytea
    users.encrypted_password varchar
    users.passwordDigest text
    users.otp_secret text
    users.pin_hash text
    users.reset_password_token text
    users.remember_token varchar
    users.recovery_codes _text
    users.api_token varchar
    staff.password text
    sippeers.secret varchar
    sippeers.md5secret varchar
    subscriber.ha1 varchar
    voicemail_users.password varchar
    voicemail.voicemail_pin int4
    wp_users.user_pass varchar
    wp_users.user_activation_key varchar
    Account.access_token text
    Account.refresh_token text
    Session.sessionToken text
    api_keys.key text
    api_keys.value text
    recovery_codes.code varchar
    login_tokens.hash bytea
    integrations.credentials jsonb
    integrations.clientSecret text
    ssl_certs.private_key text
    payments.card_number text
    payments.cvv int2
    tokens.token_text text
    people.password_reset text
    people.ssn text
    people.passport_number text`,
  ask: `
    calls.recording_url text
    calls.session_id text
    files.download_url text
    hooks.webhook_url text
    users.invite_code text
    users.verification_code int4
    users.pin text
    users.pincode text
    users.nir varchar
    people.rg int8
    users.xsrf text
    users.salt text
    users.secret_question text
    users.push_token text
    users.jti varchar
    users.ssh_key text
    users.key text
    users.email_hash text
    users.fingerprint text
    users.email_ciphertext text
    users.email_bidx text
    users.encrypted_phone text
    users.admin_notes text
    ledgers.staff_rating text
    users.risk_score numeric
    users.shadow_banned bool
    users.settings jsonb
    users.custom hstore
    users.raw xml
    users.unknown_thing bytea
    logs.request_headers text
    logs.payload text
    wp_usermeta.meta_value text
    databases.dsn text
    licences.license_key text
    connections.certificate text`,
  derived: `
    posts.search_vector tsvector
    posts.fulltext tsvector
    posts.embedding vector`,
  internal: `
    posts.lock_version int4
    posts.tableoid oid
    posts._airbyte_id text`,
};

describe('what happens to a column', () => {
  it("is to leave, for what is the person's own or a fact about it", () => {
    assert.deepEqual(
      wrong(expected.include, ({ verdict }) => verdict === 'include'),
      [],
    );
  });

  it('is to stay as a secret, for what opens a door', () => {
    assert.deepEqual(
      wrong(expected.secret, ({ verdict, reason }) => verdict === 'exclude' && reason === 'secret'),
      [],
    );
  });

  it('is to stay and to be asked about, where a name can mean both', () => {
    assert.deepEqual(
      wrong(
        expected.ask,
        ({ verdict, reason, question }) => verdict === 'ask' && reason !== null && Boolean(question),
      ),
      [],
    );
  });

  it('is to stay as derived, for search vectors and embeddings', () => {
    assert.deepEqual(
      wrong(expected.derived, ({ reason }) => reason === 'derived'),
      [],
    );
  });

  it('is to stay as internal, for what tools and the database keep for themselves', () => {
    assert.deepEqual(
      wrong(expected.internal, ({ reason }) => reason === 'internal'),
      [],
    );
  });

  it('is to be asked about for the value beside a key, and not for the key', () => {
    const beside = { table: 'options', type: 'text', siblings: ['key', 'value', 'id'] };
    assert.equal(classifyColumn({ ...beside, column: 'value' }).verdict, 'ask');
    assert.equal(classifyColumn({ ...beside, column: 'key' }).verdict, 'include');
    assert.equal(classifyColumn({ table: 'readings', type: 'text', column: 'value' }).verdict, 'include');
  });

  it('is to stay for the number of a driver’s licence, and not for that of a piece of software', () => {
    const number = { column: 'licence_number', type: 'text' };
    assert.equal(classifyColumn({ ...number, table: 'drivers' }).isDenied, 'government-id');
    assert.equal(classifyColumn({ ...number, table: 'installations' }).isDenied, null);
  });

  it('is to leave for an enum, whatever it is called', () => {
    const column = { table: 'users', column: 'password_reset', type: 'reset_state', kind: 'enum' };
    assert.equal(classifyColumn(column).verdict, 'include');
  });

  it('is to stay for a harmless name with values that are secrets', () => {
    const notes = { table: 'users', column: 'notes', type: 'text' };
    const hash = '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';
    assert.deepEqual(
      { ...classifyColumn({ ...notes, sample: ['hello', hash] }) },
      { verdict: 'exclude', reason: 'secret', class: 'secret', isDenied: 'password' },
    );
    assert.equal(classifyColumn({ ...notes, sample: ['hello', 'world'] }).verdict, 'include');
    for (const written of [
      '{"smtp_password":"x"}',
      'a:1:{s:9:"api_key";s:3:"abc";}',
      'password: x',
      'u=a&client_secret=b',
    ]) {
      assert.equal(classifyColumn({ ...notes, sample: [written] }).verdict, 'ask', written);
    }
    assert.equal(classifyColumn({ ...notes, sample: ['forgot the password again'] }).verdict, 'include');
  });

  it("knows a session's id for the cookie that it is, beside what only sessions of a browser have", () => {
    const id = { table: 'sessions', column: 'id', type: 'varchar', siblings: ['user_id', 'payload'] };
    assert.equal(classifyColumn(id).isDenied, 'session');
    assert.equal(classifyColumn({ ...id, type: 'int8' }).verdict, 'include');
    assert.equal(classifyColumn({ ...id, siblings: ['user_id', 'minutes'] }).verdict, 'include');
    assert.equal(classifyColumn({ ...id, table: 'training_sessions' }).verdict, 'include');
  });

  it('tells what was given, what was observed and what was made from it', () => {
    const classes = (column: string, type: string) => classifyColumn({ table: 'users', column, type }).class;
    assert.equal(classes('email', 'text'), 'provided');
    assert.equal(classes('birth_date', 'date'), 'provided');
    assert.equal(classes('created_at', 'timestamptz'), 'observed');
    assert.equal(classes('last_sign_in_ip', 'inet'), 'observed');
    assert.equal(classes('order_count', 'int4'), 'derived');
  });
});

function wrong(lines: string, isRight: (found: ReturnType<typeof classifyColumn>) => boolean): string[] {
  return lines
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [place = '', type = ''] = line.trim().split(' ');
      const [table = '', column = ''] = place.split('.');
      const found = classifyColumn({ table, column, type });
      return isRight(found) ? [] : [`${line.trim()}: ${found.verdict} ${found.reason} ${found.isDenied}`];
    });
}
