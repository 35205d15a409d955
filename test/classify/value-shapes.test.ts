import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { jsonSecrets } from '../../src/classify/json-secrets.ts';
import { shapeOf, shapeOfColumn } from '../../src/classify/value-shapes.ts';

const shapes: Record<string, string[]> = {
  'password-hash': [
    '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy',
    '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b27dA',
    'pbkdf2_sha256$600000$abc$KxPzS6z2rPUrLBBpd0VOtZ0P9ZRk9S0H0VyVx7fQyVQ=',
    '$P$B55D6LjfHDkINU5wF.v2BuuzO0/XPk/',
    '{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=',
    'scrypt:32768:8:1$salt$0123456789abcdef',
    '$6$rounds=5000$salt$hashhashhash',
  ],
  jwt: ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'],
  pem: ['-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----'],
  // Put together here, so that no scanner of this repository takes them for real ones.
  'api-key': [
    `sk_${'live'}_0123456789abcdefghijklmn`,
    `gh${'p'}_${'a1B2c3D4e5'.repeat(4)}`,
    `AK${'IA'}IOSFODNN7EXAMPLE`,
    `xox${'b'}-123456789012-abcdefghijkl`,
    'postgres://app:hunter2@db.internal/app',
  ],
  'signed-address': [
    'https://files.example/a.wav?X-Amz-Signature=0123456789abcdef',
    'https://x.example/r?token=abcdefgh12',
  ],
  'card-number': ['4242424242424242', '4242 4242 4242 4242', '378282246310005', '5555-5555-5555-4444'],
  hash: [createHash('md5').update('a').digest('hex'), createHash('sha1').update('a').digest('hex')],
  'totp-secret': ['JBSWY3DPEHPK3PXP'],
  'random-token': [randomBytes(32).toString('base64url').replace(/[-_]/g, 'x')],
};

const harmless = `
  hello
  Meeting at noon, bring the slides
  0b9a3b46-5a4e-4c7e-9d0a-1c2d3e4f5a6b
  https://example.com/a/long/path/with-words/and-more-words.html?page=2
  2026-02-28T12:00:00Z
  4242424242424241
  1234567890123456
  +4917612345678
  the_quick_brown_fox_jumps_over_the_lazy_dog_1
  INTERNATIONALIZATION
  somebody.with.a.long.name1@some-department.example.org
  campaign-2026-spring-newsletter-europe-part-2
  DE89370400440532013000
  9007199254740993123`;

describe('the shape of a value', () => {
  for (const [shape, values] of Object.entries(shapes)) {
    it(`is ${shape} for one`, () => {
      assert.deepEqual(
        values.filter((value) => shapeOf(value) !== shape).map((value) => `${value}: ${shapeOf(value)}`),
        [],
      );
    });
  }

  it('is none for words, addresses, names, ids and instants', () => {
    const taken = harmless
      .trim()
      .split('\n')
      .filter((value) => shapeOf(value.trim()) !== null);
    assert.deepEqual(
      taken.map((value) => `${value.trim()}: ${shapeOf(value)}`),
      [],
    );
  });
});

describe('the shape of a column', () => {
  it('is that of a single value where the shape is certain', () => {
    assert.equal(shapeOfColumn(['a note', 'another', ...(shapes.jwt ?? [])]), 'jwt');
  });

  it('is that of most values where the shape is not', () => {
    const hashes = ['a', 'b', 'c'].map((text) => createHash('sha1').update(text).digest('hex'));
    assert.equal(shapeOfColumn(hashes), 'hash');
    assert.equal(shapeOfColumn([...hashes, 'a', 'b', 'c', 'd']), null);
    assert.equal(shapeOfColumn(hashes.slice(0, 2)), null);
    assert.equal(shapeOfColumn([]), null);
  });
});

describe('secrets inside JSON', () => {
  it('are found by their keys and by the shape of their values, through lists and maps', () => {
    const documents = [
      {
        smtp: { host: 'mail', password: 'x' },
        gateways: [{ name: 'a' }, { name: 'b', secret: 'y' }],
        note: 'plain',
        webhook: `whsec_${'0123456789abcdef'}`,
        password_changed_at: '2026-01-01',
        apiKeys: { '0b9a3b46-5a4e-4c7e-9d0a-1c2d3e4f5a6b': { token: 'z', name: 'ours' } },
      },
      { credentials: { user: 'u', password: 'p' }, hasPassword: true, token: null },
    ];
    assert.deepEqual(
      jsonSecrets(documents).map(({ path }) => path.join('.')),
      ['smtp.password', 'gateways.*.secret', 'webhook', 'apiKeys', 'credentials'],
    );
  });

  it('are looked for behind keys that differ from row to row', () => {
    const found = jsonSecrets([{ devices: { '17': { token: 'a' }, '18': { token: 'b' } } }]);
    assert.deepEqual(found, [{ path: ['devices', '*', 'token'], deny: 'session' }]);
  });

  it('are none in harmless documents', () => {
    assert.deepEqual(jsonSecrets([{ theme: 'dark', tags: ['a'], n: 1 }, 'text', null, [1, 2]]), []);
  });
});
