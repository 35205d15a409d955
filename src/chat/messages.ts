import type { ResolvedChat } from '../config/resolved.ts';
import { quoteLiteral, quoteTable } from '../sources/postgres/quote.ts';
import { messageFields } from './api-fields.ts';
import {
  columnsOf,
  fieldSql,
  findFieldSql,
  type Made,
  type OutputColumn,
  type Statement,
} from './columns.ts';
import { idsByText, joinPerson, peopleCte, person } from './people.ts';
import { givenCte, noReactions, reactionCtes, reactionSummary, whoReacted } from './reactions.ts';
import type { InstantStyle } from './request.ts';
import { sqlValueOf } from './values.ts';

/** Which messages are read: those of a channel or of a user. */
export interface MessageScope {
  /** SQL of the rows, as alias `m`, and conditions on them. */
  from: string;
  where: string;
  /** A condition on alias `reply` that holds for every answer to one of them. */
  repliesWhere: string;
  cid: CidSource;
}

/** SQL of `type:id`, and the named subquery and join that it needs. */
export interface CidSource {
  sql: string;
  ctes: string[];
  join: string;
}

/** Messages as objects, oldest first. The JSON of users and the groups of reactions are made once and joined. */
export function messageStatement(
  chat: ResolvedChat,
  scope: MessageScope,
  { style, clearDeletedText }: { style: InstantStyle; clearDeletedText: boolean },
): { columns: OutputColumn[]; statement: Statement } {
  const { messages, reactions } = chat;
  const id = fieldSql(messages, 'id', 'm');
  const user = fieldSql(messages, 'user', 'm');
  const pinnedBy = findFieldSql(messages, 'pinned_by', 'm');
  const mentioned = findFieldSql(messages, 'mentioned_users', 'm');
  const parent = findFieldSql(messages, 'parent_id', 'reply');

  const ids = ['select user_id from scope'];
  if (pinnedBy) ids.push('select pinned_by from scope');
  if (mentioned) ids.push(idsByText(chat, 'select user_id from mentions'));
  if (reactions) ids.push(whoReacted(reactions));

  const ctes = [
    `scope as materialized (select ${id} as id, ${user} as user_id${pinnedBy ? `, ${pinnedBy} as pinned_by` : ''}
  from ${scope.from} where ${scope.where})`,
    ...(mentioned ? [mentionsCte(scope, id, mentioned)] : []),
    ...(reactions ? [givenCte(reactions)] : []),
    peopleCte(chat, style, ids),
    ...(mentioned ? [MENTIONED] : []),
    ...(reactions ? reactionCtes(chat, reactions, style) : []),
    ...(parent ? [repliesCte(chat, scope, parent)] : []),
    ...scope.cid.ctes,
  ];
  const joins = [
    joinPerson('author', user),
    ...(pinnedBy ? [joinPerson('pinner', pinnedBy)] : []),
    ...(mentioned ? [`left join mentioned on mentioned.id = ${id}`] : []),
    ...(reactions
      ? [`left join reacted on reacted.id = ${id}`, `left join latest on latest.id = ${id}`]
      : []),
    ...(parent ? [`left join replies on replies.id = ${id}`] : []),
    scope.cid.join,
  ];
  const made: Record<string, Made | null> = {
    ...textsOf(chat, clearDeletedText),
    type: typeSql(chat),
    user_id: `${user}::text`,
    user: person(chat, style, 'author'),
    ...(reactions ? reactionSummary(chat, reactions, style) : noReactions),
    reply_count: parent ? 'coalesce(replies.number, 0)' : '0',
    deleted_reply_count: parent ? 'coalesce(replies.deleted, 0)' : '0',
    cid: scope.cid.sql,
    mentioned_users: mentioned
      ? { ...madeOf(person(chat, style, 'p')), row: "coalesce(mentioned.list, '[]'::json)" }
      : "'[]'::json",
    pinned_by: pinnedBy ? person(chat, style, 'pinner') : 'null::json',
  };
  const order = `order by ${fieldSql(messages, 'created_at', 'm')}, ${id}`;
  return {
    columns: columnsOf(messages, messageFields, { alias: 'm', style, made }),
    statement: { ctes, from: `from ${scope.from}\n${joins.join('\n')}\nwhere ${scope.where}\n${order}` },
  };
}

/** A condition that holds for deleted messages; null where the product does not say which are. */
export function isDeleted({ messages }: ResolvedChat, alias: string): string | null {
  const deletedAt = findFieldSql(messages, 'deleted_at', alias);
  if (deletedAt) return `${deletedAt} is not null`;
  const type = findFieldSql(messages, 'type', alias);
  return type ? `coalesce(${type}::text = 'deleted', false)` : null;
}

/** Texts in every form. The product's own html stands as it is; without it the text stands escaped, with no other markup. */
function textsOf(chat: ResolvedChat, clearDeletedText: boolean): Record<string, Made | null> {
  const { messages } = chat;
  const text = `coalesce(${fieldSql(messages, 'text', 'm')}::text, '')`;
  const html = findFieldSql(messages, 'html', 'm');
  const escaped = [
    ['&', '&amp;'],
    ['<', '&lt;'],
    ['>', '&gt;'],
    ['"', '&quot;'],
  ].reduce((sql, [sign, entity]) => `replace(${sql}, '${sign}', '${entity}')`, text);
  const i18n = messages.fields.i18n;
  const deleted = clearDeletedText ? isDeleted(chat, 'm') : null;
  const unlessDeleted = (sql: string, empty: string) =>
    deleted ? `case when ${deleted} then ${empty} else ${sql} end` : sql;
  const translations = i18n
    ? sqlValueOf('object', fieldSql(messages, 'i18n', 'm'), { style: 'rfc3339' }).row
    : null;
  return {
    text: unlessDeleted(text, "''"),
    html: unlessDeleted(
      html
        ? `coalesce(${html}::text, '')`
        : `case when ${text} = '' then '' else '<p>' || ${escaped} || '</p>' end`,
      "''",
    ),
    i18n: translations ? { row: unlessDeleted(translations, "'{}'::json"), omit: i18n?.omit ?? [] } : null,
  };
}

function typeSql(chat: ResolvedChat): string {
  const { messages } = chat;
  const deleted = isDeleted(chat, 'm');
  const type = findFieldSql(messages, 'type', 'm');
  const parent = findFieldSql(messages, 'parent_id', 'm');
  const usual = parent ? `case when ${parent} is not null then 'reply' else 'regular' end` : `'regular'`;
  const living = type ? `coalesce(${type}::text, ${usual})` : usual;
  return `${deleted ? `case when ${deleted} then 'deleted' else ${living} end` : living}::text`;
}

/** One row for each mention: who is mentioned stands in an array or in a JSON list. */
function mentionsCte(scope: MessageScope, id: string, mentioned: string): string {
  const list = `pg_catalog.to_jsonb(${mentioned})`;
  return `mentions as materialized (select ${id} as id, e.user_id, e.place from ${scope.from}
  cross join lateral pg_catalog.jsonb_array_elements_text(
    case when pg_catalog.jsonb_typeof(${list}) = 'array' then ${list} else '[]'::jsonb end) with ordinality e(user_id, place)
  where ${scope.where} and e.user_id is not null)`;
}

/** Of a user who is gone, the id is left. */
const MENTIONED = `mentioned as materialized (
  select x.id, json_agg(coalesce(p.j, json_build_object('id', x.user_id)) order by x.place) as list
  from mentions x left join people p on p.id::text = x.user_id group by x.id)`;

function repliesCte(chat: ResolvedChat, scope: MessageScope, parent: string): string {
  const deleted = isDeleted(chat, 'reply') ?? 'false';
  return `replies as materialized (select ${parent} as id,
    count(*) filter (where not (${deleted})) as number, count(*) filter (where ${deleted}) as deleted
  from ${quoteTable(chat.messages)} reply where ${scope.repliesWhere} group by 1)`;
}

function madeOf(made: Made): Exclude<Made, string> {
  return typeof made === 'string' ? { row: made } : made;
}

/** Bounds on the instants of messages, both inclusive; a literal without a type takes that of the column. */
export function between(chat: ResolvedChat, since: string | null, until: string | null): string[] {
  const createdAt = fieldSql(chat.messages, 'created_at', 'm');
  return [
    ...(since === null ? [] : [`${createdAt} >= ${quoteLiteral(since)}`]),
    ...(until === null ? [] : [`${createdAt} <= ${quoteLiteral(until)}`]),
  ];
}
