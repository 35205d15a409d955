import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusals } from '../../src/errors.ts';
import { failures as en } from '../../src/language/en/failures.ts';
import { failureWords } from '../../src/language/failures.ts';
import { languages } from '../../src/language/language.ts';

const promises = {
  en: /nothing is lost|untouched|nothing was changed/,
  de: /nichts verloren|unberührt|nichts geändert/,
};
const advice = { en: /please/, de: /bitte/ };

for (const language of languages) {
  for (const code of Object.keys(en)) {
    test(`${code}, in "${language}": one sentence says that nothing is lost and what to do`, () => {
      const sentence = failureWords(code, language);
      assert.match(sentence, /^\p{Lu}[^.!?]+\.$/u);
      assert.match(sentence, promises[language]);
      assert.match(sentence, advice[language]);
      assert.doesNotMatch(
        sentence,
        /snapshot|SQL|retr(y|ies)\b|timeout|null|undefined/i,
        'an engineer would say so',
      );
    });
  }

  test(`a code without words of its own is told as an internal failure, in "${language}"`, () => {
    for (const code of ['', 'toString', '__proto__', 'no_such_code']) {
      assert.equal(failureWords(code, language), failureWords('internal', language));
    }
  });
}

test('every code with words is one that can occur', () => {
  for (const code of Object.keys(en)) assert.ok(code === 'internal' || code in refusals, code);
});
