import assert from 'node:assert/strict';
import { test } from 'node:test';
import { languages } from '../../src/language/language.ts';
import { asked, confirmation, confirmUrl, downloadUrl, failed, letters, look, ready } from './samples.ts';

test('the confirmation says who asked for what, until when, and what to do if it was not you', () => {
  const { subject, text } = confirmation(look('en'));
  const told = unwrapped(text);
  assert.match(subject, /confirm.*Example Voice/i);
  assert.match(
    told,
    /Kim Example \(kim@example\.com\) asked for .* Example Voice keeps for account acct_7f3/,
  );
  assert.match(told, /made on 28 February 2026, 12:00 UTC/);
  assert.match(told, /another 24 hours, until 1 March 2026, 12:00 UTC/);
  assert.match(told, /not you\? Then ignore this mail.*nobody gets anything/);
  assert.match(told, /Need help\? help@example\.com/);
});

test('the time left is told from the instant of sending, not of the request', () => {
  const { text } = confirmation(look('en'), { now: new Date('2026-02-28T15:00:00Z') });
  assert.match(unwrapped(text), /another 21 hours, until 1 March 2026, 12:00 UTC/);
});

test('the ready letter says how large the file is, what is in it, and until when it is there', () => {
  const { subject, text } = ready(look('en'));
  const told = unwrapped(text);
  assert.match(subject, /ready/);
  assert.match(told, /one JSON file of 33 MB/);
  assert.match(told, /data as it was on 28 February 2026, 12:07 UTC/);
  assert.match(
    told,
    /another 24 hours, until 1 March 2026, 12:09 UTC\. Then the file is permanently deleted/,
  );
  assert.match(text, /^ {2}Account +1$/m);
  assert.match(text, /^ {2}Calls +26,291$/m);
  assert.match(text, /^ {2}phoneNumbers +0$/m, 'a category without a title shows its name');
  assert.match(text, /^ {2}Together +26,292$/m);
  assert.match(told, /Whoever has the link can download the file.*delete the file/);
});

test('the ready letter of an export with gaps says so in its subject, near its top, and never that it is complete', () => {
  const gaps = [
    { category: 'calls', rowsInScope: 26_303, rowsLeftOut: 0, rowsExported: 26_291, rowsFailed: 12 },
    { category: 'phoneNumbers', rowsInScope: 0, rowsLeftOut: 0, rowsExported: 1, rowsFailed: -1 },
  ];
  const { subject, text, html } = ready(look('en'), { gaps });
  const told = unwrapped(text);
  assert.match(subject, /is ready, with gaps$/);
  const list = 'Calls lacks 12; phoneNumbers has 1 more than were counted';
  assert.ok(told.includes(`not as many as were counted: ${list}.`), told);
  assert.ok(html.includes(list));
  assert.ok(text.indexOf('Not everything could be put into the file') < text.indexOf(downloadUrl));
  assert.doesNotMatch(text + html, /complete copy/);
  const german = ready(look('de'), { gaps });
  assert.match(german.subject, /fertig, mit Lücken$/);
  assert.match(
    unwrapped(german.text),
    /wie gezählt wurden: bei Anrufe fehlen 12; bei phoneNumbers sind es 1 mehr als/,
  );
  assert.doesNotMatch(german.text, /vollständige Kopie/);
});

test('the counts of the text form stand below each other', () => {
  const lines = ready(look('en'))
    .text.split('\n')
    .filter((line) => line.startsWith('  '));
  assert.equal(new Set(lines.map((line) => line.length)).size, 1, lines.join('\n'));
});

test('the failed letter says why in plain words, that nothing is lost, and what to do', () => {
  const told = unwrapped(failed(look('en')).text);
  assert.match(told, /could not be reached.*nothing is lost/);
  assert.match(told, /no waiting time applies, and you can request a new one/);
  assert.match(told, /reference: 0190d2b4-7f3e-7c55-9a52-d7ad6d9f1b3e/);
});

test('a failed letter without an address of the page has no link', () => {
  const { text, html } = failed(look('en', { support: null }), { pageUrl: null });
  assert.doesNotMatch(text, /https?:/);
  assert.doesNotMatch(html, /href/);
  assert.doesNotMatch(text, /Need help/);
});

for (const language of languages) {
  for (const [name, write] of Object.entries(letters)) {
    test(`the ${name} letter is complete in "${language}", as text and as HTML`, () => {
      const { subject, text, html } = write(look(language));
      for (const form of [subject, text, html]) assert.doesNotMatch(form, /undefined|null|NaN|\[object|\$\{/);
      assert.match(subject, /Example Voice/);
      for (const fact of ['Kim Example', 'kim@example.com', 'acct_7f3', '12:00 UTC', 'help@example.com']) {
        assert.ok(unwrapped(text).includes(fact), `text: ${fact}`);
        assert.ok(html.includes(fact), `html: ${fact}`);
      }
      assert.match(html, new RegExp(`<html lang="${language}">`));
      assert.match(html, /<meta name="color-scheme" content="light dark">/);
      assert.match(html, /max-width: 36rem/);
    });

    test(`the ${name} letter in "${language}" reads well as plain text`, () => {
      const { text } = write(look(language));
      for (const line of text.split('\n')) assert.ok(line.length <= 72 || /^https:\S+$/.test(line), line);
      assert.doesNotMatch(text, /<\w|&\w+;|&#/, 'no HTML');
      assert.doesNotMatch(text, /\n{3}/);
      assert.ok(text.endsWith('\n'));
    });

    test(`the ${name} letter in "${language}" loads nothing and watches nobody`, () => {
      const { html } = write(look(language));
      assert.doesNotMatch(html, /<(img|script|link|iframe|form|video|object|svg)\b|url\(|@import|\son\w+=/i);
    });
  }
}

test('the languages do not share their sentences', () => {
  const [en = '', de = ''] = languages.map((language) => ready(look(language)).text);
  assert.match(unwrapped(de), /Der Link gilt noch 24 Stunden, bis zum 1\. März 2026, 12:09 UTC/);
  assert.match(de, /^ {2}Anrufe +26\.291$/m);
  assert.equal(sharedSentences(en, de).length, 0);
});

test('links stand whole and alone on a line of the text, and lead to the same place in HTML', () => {
  for (const [letter, url] of [
    [confirmation(look('de')), confirmUrl],
    [ready(look('de')), downloadUrl],
  ] as const) {
    assert.ok(letter.text.split('\n').includes(url));
    assert.ok(letter.html.includes(`<a href="${url}"`));
  }
});

test('whatever a name, an account or a product is called, HTML stays what it was', () => {
  const evil = `"><script>alert(1)</script>&'<img src=x onerror=y>`;
  for (const write of Object.values(letters)) {
    const { html } = write(look('en', { name: evil, support: `x@y.z"><b>` }), {
      subjectId: evil,
      requester: { ...asked.requester, name: evil, email: `"<i>"@example.com` },
    });
    assert.doesNotMatch(html, /<script|<img|<i>|<b>|"">|'</);
    assert.ok(html.includes('&#60;script&#62;alert(1)'));
  }
});

test('names from elsewhere are shown in their own letters', () => {
  for (const name of ['Zoë Ünlü', '王小明', 'Ada 👩‍💻', `O'Neill, "Jr"`, 'J.R.R. Tolkien']) {
    const { text } = confirmation(look('en'), { requester: { ...asked.requester, name } });
    assert.ok(unwrapped(text).includes(`${name} (kim@example.com) asked`), name);
  }
});

test('a name cannot add lines, turn the text around or grow without end', () => {
  const name = `Kim\r\n\r\nPress here\u2028now\u202egnp\u0007${'x'.repeat(500)}`;
  const { text, html } = confirmation(look('en'), { requester: { ...asked.requester, name } });
  assert.doesNotMatch(text, /^Press here/m);
  assert.doesNotMatch((text + html).replaceAll('\n', ' '), /[\p{Cc}\u2028\u202e]/u);
  assert.ok(unwrapped(text).includes('Kim Press here now gnp xxx'));
  assert.doesNotMatch(text, /x{80}/);
});

test('a name that a mail program would turn into a link is left out', () => {
  for (const name of [
    'Win at https://evil.example',
    'www.evil',
    'go to evil.example now',
    'boss@example.com',
  ]) {
    const { text, html } = confirmation(look('en'), { requester: { ...asked.requester, name } });
    assert.ok(!unwrapped(text).includes(name) && !html.includes(name), name);
    assert.match(unwrapped(text), /kim@example\.com asked/);
  }
});

test('a person without a name is told by the address', () => {
  const { text } = confirmation(look('en'), { requester: { ...asked.requester, name: null } });
  assert.match(unwrapped(text), / kim@example\.com asked for/);
});

test('a product name with line breaks cannot reach into the headers', () => {
  const { subject } = ready(look('en', { name: 'Voice\r\nBcc: victim@example.com' }));
  assert.doesNotMatch(subject, /[\r\n]/);
});

test('a link that is not http or https is our own mistake and is not mailed', () => {
  assert.throws(() => confirmation(look('en'), { confirmUrl: 'javascript:alert(1)' }), TypeError);
});

test('support may be a web address', () => {
  const { html } = confirmation(look('en', { support: 'https://example.com/help?a=1&b=2' }));
  assert.ok(html.includes('<a href="https://example.com/help?a=1&#38;b=2"'));
  assert.ok(confirmation(look('en')).html.includes('<a href="mailto:help@example.com"'));
});

function unwrapped(text: string): string {
  return text.replace(/\n+/g, ' ');
}

function sharedSentences(one: string, other: string): string[] {
  const sentences = (text: string) => unwrapped(text).split(/(?<=\.) /);
  return sentences(one).filter((sentence) => sentence.includes(' ') && sentences(other).includes(sentence));
}
