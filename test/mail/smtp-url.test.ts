import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HandoverError } from '../../src/errors.ts';
import { isAddress, mailDomain, senderAddress } from '../../src/mail/addresses.ts';
import { parseSmtpUrl } from '../../src/mail/smtp-url.ts';

test('SMTP_URL names server, port and login', () => {
  const server = parseSmtpUrl('smtp://mailer%40example.com:p%40ss%3Aw%2Frd@mail.example.com:2525');
  assert.deepEqual(server, {
    host: 'mail.example.com',
    port: 2525,
    secure: false,
    requireTLS: true,
    auth: { user: 'mailer@example.com', pass: 'p@ss:w/rd' },
    tls: { rejectUnauthorized: true },
  });
});

test('the usual ports need not be named', () => {
  assert.equal(parseSmtpUrl('smtp://mail.example.com').port, 587);
  assert.equal(parseSmtpUrl('smtps://mail.example.com').port, 465);
  assert.equal(parseSmtpUrl('smtp://[::1]:25').host, '::1');
});

test('a login travels in the clear only on this machine, or when that was asked for', () => {
  assert.equal(parseSmtpUrl('smtp://a:b@mail.example.com').requireTLS, true);
  assert.equal(parseSmtpUrl('smtp://a:b@127.0.0.1:1025').requireTLS, false);
  assert.equal(parseSmtpUrl('smtp://mail.example.com').requireTLS, false);
  assert.equal(parseSmtpUrl('smtp://a:b@mail.internal?requireTLS=false').requireTLS, false);
  assert.equal(
    parseSmtpUrl('smtp://relay.internal?tls.rejectUnauthorized=false').tls.rejectUnauthorized,
    false,
  );
});

test('a wrong SMTP_URL is named with a right one, and the password is not repeated', () => {
  for (const wrong of [
    'mail.example.com',
    'http://user:hunter2@mail.example.com',
    'smtp://',
    'smtp://user:hunter2@',
    'smtp://user:hunter2#x@mail.example.com',
    'smtp://user:hunter2%zz@mail.example.com',
    'smtp://user:hunter2@mail.example.com/inbox',
    'smtp://user:hunter2@mail.example.com:99999',
    'smtp://user:hunter2@mail.example.com?pool=true',
    'smtp://user:hunter2@mail.example.com?requireTLS=hunter2',
  ]) {
    assert.throws(
      () => parseSmtpUrl(wrong),
      (error) => {
        assert.ok(error instanceof HandoverError && error.code === 'environment_invalid', wrong);
        assert.match(error.message, /^SMTP_URL .*SMTP_URL=smtp:\/\/user:password@mail\.example\.com:587/);
        assert.doesNotMatch(error.message + error.cause, /hunter2/);
        return true;
      },
    );
  }
});

test('without MAIL_FROM mails come from no-reply at the public host, under the name of the product', () => {
  assert.deepEqual(senderAddress(null, 'https://export.example.com:8443/x', 'Example "Voice"'), {
    name: 'Example "Voice"',
    address: 'no-reply@export.example.com',
  });
  assert.equal(senderAddress(null, 'http://127.0.0.1:4600', 'Example').address, 'no-reply@localhost');
  assert.equal(mailDomain('http://[::1]:4600'), 'localhost');
});

test('MAIL_FROM may be an address, or a name and an address', () => {
  assert.deepEqual(senderAddress('export@example.com', 'https://x.example', 'Example'), {
    name: 'Example',
    address: 'export@example.com',
  });
  assert.deepEqual(senderAddress('"Zoë, Export" <export@example.com>', 'https://x.example', 'Example'), {
    name: 'Zoë, Export',
    address: 'export@example.com',
  });
});

test('a wrong MAIL_FROM is named with a right one', () => {
  for (const wrong of ['', 'Example', 'Example <>', 'a@b, c@d', '<a@b>, <c@d>', 'a@b\r\nBcc: c@d']) {
    assert.throws(
      () => senderAddress(wrong, 'https://x.example', 'Example'),
      /MAIL_FROM is not an e-mail address.*MAIL_FROM="Example <no-reply@example\.com>"/,
      wrong,
    );
  }
});

test('an address is one address', () => {
  for (const right of [
    'kim@example.com',
    'kim+export@mail.example.com',
    'kïm@exämple.com',
    "o'neill@example.com",
  ]) {
    assert.ok(isAddress(right), right);
  }
  for (const wrong of [
    'kim',
    'kim@',
    '@example.com',
    'kim@example.com, eve@example.com',
    'kim@example.com\r\nRCPT TO:<eve@example.com>',
    'Kim <kim@example.com>',
    'kim@example.com\u0000',
    `${'k'.repeat(400)}@example.com`,
  ]) {
    assert.ok(!isAddress(wrong), wrong);
  }
});
