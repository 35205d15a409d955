import type { ResolvedChat } from '../config/resolved.ts';
import { HandoverError } from '../errors.ts';
import { quoteLiteral } from '../sources/postgres/quote.ts';
import { channelMessages, type Objects } from './channels.ts';
import { type OutputColumn, withClause } from './columns.ts';
import { messageStatement } from './messages.ts';
import { both } from './values.ts';

/** Columns of messages without `include_fields`; the product's own follow. */
const DEFAULT_FIELDS = [
  ...['cid', 'id', 'type', 'user_id', 'user_name', 'text', 'created_at', 'updated_at', 'deleted_at'],
  ...['parent_id', 'quoted_message_id', 'reply_count', 'pinned', 'pinned_at', 'silent', 'attachments'],
  ...['mentioned_users', 'reaction_counts', 'reaction_scores'],
];

/**
 * Every field that csv can be asked for, in the order of the file. One of which only parts may leave is none of them:
 * its whole text would go out.
 */
export function csvFields(chat: ResolvedChat): string[] {
  return fieldsOf(chat).map(({ key }) => key);
}

/** The columns of a file: those asked for, or the default ones. Throws `invalid_request` for one that does not exist. */
export function csvHeader(chat: ResolvedChat, includeFields: string[]): string[] {
  const fields = csvFields(chat);
  const unknown = includeFields.find((field) => !fields.includes(field));
  if (unknown !== undefined) {
    throw new HandoverError(
      'invalid_request',
      `include_fields: there is no field ${JSON.stringify(unknown)}.`,
      {
        details: { field: 'include_fields', unknown, fields },
      },
    );
  }
  if (includeFields.length > 0) return includeFields;
  const custom = Object.keys(chat.messages.custom);
  return [
    ...DEFAULT_FIELDS.filter((field) => fields.includes(field)),
    ...custom.filter((field) => fields.includes(field)),
  ];
}

/** Messages as records of these fields, each a text. Formulas are made harmless. */
export function csvSql(objects: Objects, fields: string[]): string {
  const columns = withoutUsers(objects.columns);
  const select = fields.map((field) => {
    const column = columns.find(({ key }) => key === field);
    if (!column) throw new Error(`There is no field ${field} to write.`);
    return neutralSql(column);
  });
  return `${withClause(objects.statement.ctes)}select ${select.map((sql, index) => `${sql} as c${index}`).join(',\n  ')}\n${objects.statement.from}`;
}

/**
 * A spreadsheet takes a text that begins with one of these signs for a formula, which may fetch and send. An
 * apostrophe before it makes it a text again. Numbers, `-5`, `+49123456` and `-1.5e-07`, stand as they are.
 */
function neutralSql({ json }: OutputColumn): string {
  const text = `pg_catalog.to_json(${json}) #>> '{}'`;
  const formula = '^(?=[=+\\-@\\t\\r\\n＝＋－＠])(?![+-]?[0-9]+([.,][0-9]+)*([eE][+-]?[0-9]+)?$)';
  return `pg_catalog.regexp_replace(${text}, ${quoteLiteral(formula)}, '''')`;
}

/** A record has no room for a whole user: the author's id and name, and the ids of others. */
function withoutUsers(columns: OutputColumn[]): OutputColumn[] {
  return columns.flatMap((column) => {
    const { key, row } = column;
    if (key === 'user_id') return [column, { ...column, ...both("author.j ->> 'name'"), key: 'user_name' }];
    if (key === 'pinned_by') return [{ ...column, ...both(`${row} ->> 'id'`), omit: [] }];
    if (key !== 'mentioned_users') return [column];
    const ids = `(select json_agg(e.value ->> 'id') from json_array_elements(${row}) e)`;
    return [{ ...column, ...both(`coalesce(${ids}, '[]'::json)`), omit: [] }];
  });
}

/** Which fields there are does not depend on the channel. */
function fieldsOf(chat: ResolvedChat): OutputColumn[] {
  const anyChannel = { type: '', id: '', messagesSince: null, messagesUntil: null };
  const scope = channelMessages(chat, anyChannel, { includeTruncatedMessages: true });
  const { columns } = messageStatement(chat, scope, { style: 'rfc3339', clearDeletedText: false });
  return withoutUsers(columns).filter(({ omit }) => omit.length === 0);
}
