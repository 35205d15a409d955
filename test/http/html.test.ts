import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html } from '../../src/http/html.ts';

test('what is put into a page is text, whatever it looks like', () => {
  const name = `<img src=x onerror="alert('1')">&`;
  assert.equal(
    html`<p title="${name}">${name}</p>`.html,
    '<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;">' +
      '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;</p>',
  );
});

test('pieces of HTML, and lists of them, keep their shape', () => {
  const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
  assert.equal(html`<ul>${items}</ul>`.html, '<ul><li>a</li><li>&lt;b&gt;</li></ul>');
});

test('nothing puts in nothing', () => {
  assert.equal(html`a${null}${undefined}${false}${''}b${0}`.html, 'ab0');
});
