import { z } from 'zod';
import { exclusionReasons, fieldClasses } from './define.ts';
import { parseColumnPath, parseTable } from './names.ts';
import { didYouMean } from './problems.ts';
import { named, object, text } from './shapes.ts';

const reasons = exclusionReasons.map((reason) => `'${reason}'`).join(', ');

/** A table or a view. */
export const table = text('a table, or schema.table', "'calls'").refine((name) => parseTable(name) !== null, {
  error: "expected a table, or schema.table, e.g. 'calls'; a name with dots stands in double quotes",
});
export const column = text('the name of a column', "'id'");
const reasonWord = z.enum(exclusionReasons, {
  error: ({ input }) =>
    `expected why it stays, one of ${reasons}${typeof input === 'string' ? didYouMean(input, exclusionReasons) : ''}`,
});

/** One text, or one a language. */
export const words = z.union(
  [
    text('a text', "'Calls'"),
    named(text('a text in this language', "'Calls'"), "{ en: 'Calls', de: 'Anrufe' }", {
      rule: 'a language tag such as en, de or pt-BR',
      accepts: (tag) => /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(tag),
    }),
  ],
  { error: "expected a text, or one a language, e.g. { en: 'Calls', de: 'Anrufe' }" },
);

const exclusion = z.union([reasonWord, object({ reason: reasonWord, note: words }, "'secret'")], {
  error: ({ input }) =>
    `expected why it stays, one of ${reasons}, or { reason: 'secret', note: '…' }` +
    (typeof input === 'string' ? didYouMean(input, exclusionReasons) : ''),
});

export const columnNames = { rule: 'the name of a column', accepts: (name: string) => /\S/.test(name) };

/** What stays of a table that leaves. */
export const exclude = named(exclusion, "exclude: { password_hash: 'secret' }", {
  rule: 'a column, or a path inside a JSON column such as settings.smtp.password or gateways[*].secret',
  accepts: (key) => parseColumnPath(key) !== null,
  mayBeEmpty: true,
});

/** Tables that stay whole. */
export const leftOut = named(exclusion, "leftOut: { sessions: 'secret' }", {
  rule: 'a table, or schema.table',
  accepts: (key) => parseTable(key) !== null,
  mayBeEmpty: true,
});

const fieldClass = z.enum(fieldClasses, {
  error: ({ input }) =>
    `expected what kind of data it is, one of ${fieldClasses.map((name) => `'${name}'`).join(', ')}` +
    (typeof input === 'string' ? didYouMean(input, fieldClasses) : ''),
});

const LEAST_REASON_LETTERS = 20;
const expectedReason =
  `expected why it must leave, in at least ${LEAST_REASON_LETTERS} letters, ` +
  "e.g. 'The customer made this key and needs it to move their phones.'";
const reasonToLeave = z
  .string({ error: expectedReason })
  .refine((reason) => reason.trim().length >= LEAST_REASON_LETTERS, { error: expectedReason });

/** What both doors say of columns that leave. */
export const ofColumns = {
  allowSensitive: named(reasonToLeave, "allowSensitive: { sip_password: 'The customer made it and …' }", {
    ...columnNames,
    mayBeEmpty: true,
  }).optional(),
  class: fieldClass.optional(),
  classes: named(fieldClass, "classes: { last_login_at: 'observed' }", {
    ...columnNames,
    mayBeEmpty: true,
  }).optional(),
};
