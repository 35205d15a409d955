import assert from 'node:assert/strict';
import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import pg from 'pg';
import { type Connection, connect } from '../../src/sources/postgres/connection.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { serverUser } from '../support/postgres-user.ts';

const ROWS = 60_000;

describe('a COPY that is read slowly', () => {
  let server: TestPostgres;
  before(async () => {
    server = await startPostgres();
    await offerTls(server.url);
  });
  after(() => server?.stop());

  for (const [name, parameters, isEncrypted] of [
    ['in the clear', '', 'false'],
    ['over TLS', '?sslmode=no-verify', 'true'],
  ] as const) {
    test(`${name} comes whole and in order`, async (t) => {
      const connection = await connect({ url: server.url + parameters, applicationName: 'test' });
      t.after(() => connection.close());
      const [[encrypted] = []] = await connection.query(
        'select ssl::text from pg_stat_ssl where pid = pg_backend_pid()',
      );
      assert.equal(encrypted, isEncrypted);
      const sent = `select n, repeat(md5(n::text), 4) from generate_series(1, ${ROWS}) n`;
      const [[expected] = []] = await connection.query(
        `select string_agg(n || E'\\t' || text || E'\\n', '' order by n) from (${sent}) s(n, text)`,
      );
      assert.equal(await readSlowly(connection, `copy (${sent}) to stdout`), expected);
      // And the connection is as good as before.
      assert.deepEqual(await connection.query('select 1::text'), [['1']]);
    });
  }
});

/** Uses what it is given only after others had their turn: by then the next read could have come. */
async function readSlowly(connection: Connection, sql: string): Promise<string> {
  const read: Buffer[] = [];
  for await (const { bytes, bounds } of connection.copy(sql)) {
    await turn();
    for (let i = 0; i < bounds.length; i += 2)
      read.push(Buffer.from(bytes.subarray(bounds[i], bounds[i + 1])));
  }
  return Buffer.concat(read).toString();
}

/** With a certificate that nobody trusts, made for this test and good until 2126. */
async function offerTls(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    const folder = rows[0]?.data_directory ?? '';
    const user = serverUser();
    for (const [name, text] of Object.entries({ 'server.crt': certificate, 'server.key': key })) {
      await writeFile(join(folder, name), text, { mode: 0o600 });
      if (user) await chown(join(folder, name), user.uid, user.gid);
    }
    await client.query('alter system set ssl = on');
    await client.query('select pg_reload_conf()');
    for (let looks = 0; looks < 100; looks++) {
      const { rows: shown } = await client.query<{ ssl: string }>('show ssl');
      if (shown[0]?.ssl === 'on') return;
      await turn();
    }
  } finally {
    await client.end();
  }
}

const certificate = `-----BEGIN CERTIFICATE-----
MIIBfzCCASWgAwIBAgIUMh46ZwkSsQdZJ5/pSFqNQ/Np0CYwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNzAxMjc0NloYDzIxMjYxMTAz
MDEyNzQ2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASCHF/SwEuHW/Bib2hLrh7wv70rDc0gAWKFs7Xb1ErhlhGLTuJ5RCqu
KTiNepULOW2illesKq3pGSmEGCgVeGDNo1MwUTAdBgNVHQ4EFgQUmbTC5n3uvVdG
wkMQ31a15EEd4Q8wHwYDVR0jBBgwFoAUmbTC5n3uvVdGwkMQ31a15EEd4Q8wDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiA79JbaAxwPBkVBFHeF3nMH
FYdrcZkkd/I3SxOhi/y5ugIhAJXawYHGxwbv6lIe3ahGmMwz4w+MamXDWX8wEbY6
P82u
-----END CERTIFICATE-----
`;
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgMlCSWYku8362+2K4
lKC4FUCYU7tVwHo85hMYSteMxSShRANCAASCHF/SwEuHW/Bib2hLrh7wv70rDc0g
AWKFs7Xb1ErhlhGLTuJ5RCquKTiNepULOW2illesKq3pGSmEGCgVeGDN
-----END PRIVATE KEY-----
`;
