import { type DatabaseSchema, findColumn, findRelation, type Relation } from '../catalog/database-schema.ts';
import {
  type ApiField,
  callFields,
  channelFields,
  memberFields,
  messageFields,
  reactionFields,
  readFields,
  userFields,
} from '../chat/api-fields.ts';
import { sqlValueOf } from '../chat/values.ts';
import type { ResolvedChat } from '../config/resolved.ts';
import type { ChatEntityName } from '../config/what-leaves.ts';
import { quoteIdentifier, quoteTable } from '../sources/postgres/quote.ts';
import type { Session } from '../sources/postgres/session.ts';
import { isRefusedBy, refusalBy } from './ask.ts';
import { areComparable } from './belonging.ts';
import type { Report } from './finding.ts';
import { collectMissing, type WantedIndexes } from './indexes.ts';
import type { Reading } from './reading.ts';
import { nameOf } from './sql-names.ts';

const apiFields: Record<ChatEntityName, Record<string, ApiField>> = {
  users: userFields,
  channels: channelFields,
  members: memberFields,
  messages: messageFields,
  reactions: reactionFields,
  reads: readFields,
  calls: callFields,
};

/** By which fields the statements of the server door find the rows of each entity. */
const lookedUpBy: Record<ChatEntityName, string[][]> = {
  users: [['id']],
  channels: [['id', 'type']],
  members: [['channel'], ['user']],
  messages: [['channel'], ['user'], ['parent_id']],
  reactions: [['message'], ['user']],
  reads: [['channel'], ['user']],
  calls: [['user']],
};

/** Whether the API's fields can be made of the columns of an entity, and its rows are found by an index. */
export async function checkEntity(
  session: Session,
  chat: ResolvedChat,
  reading: Reading,
  relation: Relation,
  wanted: WantedIndexes,
  schema: DatabaseSchema,
  report: Report,
): Promise<void> {
  const { entity: name } = reading;
  const entity = name === null ? null : chat[name];
  if (name === null || entity === null) return;
  const values = Object.entries(entity.fields).flatMap(([field, { column }]) => {
    const api = apiFields[name][field];
    if (api === undefined || findColumn(relation, column) === null) return [];
    const { kind, otherwise } = api;
    const sql = sqlValueOf(kind, `t.${quoteIdentifier(column)}`, { style: 'nanoseconds', otherwise }).row;
    return [{ field, column, kind, sql }];
  });
  const from = `from ${quoteTable(relation)} t`;
  const select = (of: typeof values) => `explain select ${of.map(({ sql }) => sql).join(', ')} ${from}`;
  if (relation.isReadable && (await isRefusedBy(session, select(values)))) {
    for (const value of values) {
      const refusal = await refusalBy(session, select([value]));
      if (refusal === null) continue;
      report(
        'type-mismatch',
        { at: [...reading.place.at, 'fields', value.field] },
        `${nameOf(relation, value.column)} is ${findColumn(relation, value.column)?.writtenType}, of which no ${value.field} can be made: ${refusal.message}`,
        `name a column that holds ${kindWords[value.kind]}`,
      );
    }
  }
  const needs = lookedUpBy[name].flatMap((fields) => {
    const columns = fields.flatMap((field) => entity.fields[field]?.column ?? []);
    const isThere = columns.length > 0 && columns.every((column) => findColumn(relation, column) !== null);
    return isThere ? [{ relation, columns }] : [];
  });
  collectMissing(wanted, needs, { ...reading, where: '' }, null, schema);
}

const kindWords: Record<ApiField['kind'], string> = {
  text: 'a text',
  instant: 'an instant',
  flag: 'true or false',
  count: 'a number',
  list: 'a list',
  object: 'a JSON object',
  json: 'JSON',
};

/** Whether the columns by which entities name each other can be compared. */
export async function checkEntityKeys(
  session: Session,
  chat: ResolvedChat,
  schema: DatabaseSchema,
  report: Report,
): Promise<void> {
  const column = (name: ChatEntityName, of: string | undefined) => {
    const entity = chat[name];
    const relation = entity && findRelation(schema, entity);
    const found = relation && of !== undefined ? findColumn(relation, of) : null;
    return relation && found ? { found, name: nameOf(relation, found.name) } : null;
  };
  for (const [name, field, target] of references) {
    const here = column(name, chat[name]?.fields[field]?.column);
    const there =
      target === 'channels'
        ? column('channels', chat.channels.key)
        : column(target, chat[target].fields.id?.column);
    if (here === null || there === null) continue;
    if (await areComparable(session, here.found, there.found)) continue;
    report(
      'type-mismatch',
      { at: ['chat', name, 'fields', field] },
      `${here.name} is ${here.found.writtenType} and ${there.name} is ${there.found.writtenType}, which cannot be compared`,
      'name columns of one type',
    );
  }
}

const references: [ChatEntityName, string, 'users' | 'channels' | 'messages'][] = [
  ['members', 'channel', 'channels'],
  ['members', 'user', 'users'],
  ['messages', 'channel', 'channels'],
  ['messages', 'user', 'users'],
  ['messages', 'parent_id', 'messages'],
  ['reactions', 'message', 'messages'],
  ['reactions', 'user', 'users'],
  ['reads', 'channel', 'channels'],
  ['reads', 'user', 'users'],
];
