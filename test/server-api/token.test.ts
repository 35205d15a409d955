import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { SignJWT } from 'jose';
import { checkServerToken } from '../../src/http/server-api/token.ts';
import { HS256, hs256, segment } from './tokens.ts';

const KEY = { key: 'hk_test', secret: '0123456789abcdef0123456789abcdef' };
const NOW = new Date('2026-03-01T10:00:00.400Z');
const nowSeconds = Math.floor(NOW.getTime() / 1000);

/** Null when the token is good, else the name of the refusal. */
function refusalOf(token: string): string | null {
  try {
    checkServerToken(token, KEY, NOW);
    return null;
  } catch (error) {
    return (error as { refusal?: string }).refusal ?? String(error);
  }
}

const signed = (claims: unknown, header: unknown = HS256) => hs256(claims, KEY.secret, header);

test('the tokens that official SDKs make for servers are good', () => {
  const claims: Record<string, unknown>[] = [
    { server: true },
    { server: 'true' },
    {},
    {
      server: true,
      scope: 'admins',
      iss: 'Stream Chat Java SDK',
      sub: 'Stream Chat Java SDK',
      iat: nowSeconds,
    },
    { iat: nowSeconds, nbf: nowSeconds, exp: nowSeconds + 3600 },
    { server: true, user_id: null },
    { iat: nowSeconds + 0.25 },
  ];
  for (const payload of claims) assert.equal(refusalOf(signed(payload)), null, JSON.stringify(payload));
});

test('the head may come in any order of keys and without a type', () => {
  const heads = [{ alg: 'HS256', typ: 'JWT' }, { typ: 'JWT', alg: 'HS256' }, { alg: 'HS256' }];
  for (const header of heads) assert.equal(refusalOf(signed({ server: true }, header)), null);
  const spaced = segment('{ "alg" : "HS256" , "typ" : "JWT" }');
  const payload = segment('{\n"server":true}');
  const signature = createHmac('sha256', KEY.secret).update(`${spaced}.${payload}`).digest('base64url');
  assert.equal(refusalOf(`${spaced}.${payload}.${signature}`), null);
});

test('a token of a user is no token of a server, whatever else it claims', () => {
  assert.equal(refusalOf(signed({ user_id: 'alice' })), 'client_side');
  assert.equal(refusalOf(signed({ user_id: 'alice', server: true })), 'client_side');
  assert.equal(refusalOf(signed({ user_id: '' })), 'client_side');
  assert.equal(refusalOf(signed({ user_id: 0 })), 'client_side');
});

test('clocks may differ by a few seconds, and no more', () => {
  const times: [Record<string, number>, string | null][] = [
    [{ iat: nowSeconds + 4 }, null],
    [{ iat: nowSeconds + 7 }, 'token_from_future'],
    [{ nbf: nowSeconds + 4 }, null],
    [{ nbf: nowSeconds + 7 }, 'token_too_early'],
    [{ exp: nowSeconds - 4 }, null],
    [{ exp: nowSeconds - 7 }, 'token_expired'],
  ];
  for (const [claims, refusal] of times) {
    assert.equal(refusalOf(signed(claims)), refusal, JSON.stringify(claims));
  }
});

test('times that are no numbers are not believed', () => {
  for (const claims of [{ exp: '9999999999' }, { nbf: true }, { iat: {} }]) {
    assert.equal(refusalOf(signed(claims)), 'token_malformed', JSON.stringify(claims));
  }
});

test('another way of signing is refused before the signature is looked at', () => {
  const payload = segment(JSON.stringify({ server: true }));
  const none = segment(JSON.stringify({ alg: 'none' }));
  assert.equal(refusalOf(`${none}.${payload}.`), 'token_algorithm');
  assert.equal(refusalOf(signed({ server: true }, { alg: 'HS512' })), 'token_algorithm');
  assert.equal(refusalOf(signed({ server: true }, { alg: 'hs256' })), 'token_algorithm');
  assert.equal(refusalOf(signed({ server: true }, { typ: 'JWT' })), 'token_algorithm');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const head = segment(JSON.stringify({ alg: 'RS256' }));
  const signature = sign('sha256', Buffer.from(`${head}.${payload}`), privateKey).toString('base64url');
  assert.equal(refusalOf(`${head}.${payload}.${signature}`), 'token_algorithm');
});

test('what is no token is said to be none', () => {
  const good = signed({ server: true });
  const [head, payload, signature] = good.split('.');
  for (const token of ['', 'abc', 'a.b', 'a.b.c.d', `${head}.${payload}`, `${good}.${signature}`]) {
    assert.equal(refusalOf(token), 'token_segments', token);
  }
  for (const token of [`x.${payload}.${signature}`, `.${payload}.${signature}`, `Bearer ${good}`, '..']) {
    assert.equal(refusalOf(token), 'token_malformed', token);
  }
  for (const claims of ['[]', 'null', '"text"', '{"server"', '1']) {
    assert.equal(refusalOf(signed(claims)), 'token_malformed', claims);
  }
});

test('a token with extensions that must be understood is refused, since none is', () => {
  assert.equal(
    refusalOf(signed({ server: true }, { alg: 'HS256', crit: ['b64'], b64: false })),
    'token_malformed',
  );
  assert.equal(refusalOf(signed({ server: true }, { alg: 'HS256', crit: ['exp'] })), 'token_malformed');
});

test('what another library signs is good', async () => {
  const token = await new SignJWT({ server: true })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setExpirationTime(nowSeconds + 60)
    .sign(Buffer.from(KEY.secret));
  assert.equal(refusalOf(token), null);
});

test('a token that was changed anywhere is refused', () => {
  const good = signed({ server: true, scope: 'admins' });
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.constantFrom(...'Aaz09-_.'), (index, letter) => {
      const changed = good.slice(0, index) + letter + good.slice(index + 1);
      const isSame = changed.split('.').map(decode).join('.') === good.split('.').map(decode).join('.');
      fc.pre(!isSame);
      assert.notEqual(refusalOf(changed), null, changed);
    }),
  );
});

test('a secret of another key does not sign', () => {
  const foreign = hs256({ server: true }, `${KEY.secret}x`);
  assert.throws(() => checkServerToken(foreign, KEY, NOW), {
    refusal: 'token_signature',
    message:
      'JWTAuth error: signature is not valid. Make sure the token is created using the secret for API key "hk_test"',
  });
});

function decode(part: string): string {
  return Buffer.from(part, 'base64url').toString('hex');
}
