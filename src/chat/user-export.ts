import type { ResolvedChat } from '../config/resolved.ts';
import { HandoverError } from '../errors.ts';
import { quoteLiteral, quoteTable } from '../sources/postgres/quote.ts';
import type { Reader } from '../sources/source.ts';
import type { Objects } from './channels.ts';
import { fieldSql, queryOf } from './columns.ts';
import type { InstantStyle } from './request.ts';
import { userMessages, userReactions, userStatement } from './users.ts';

/** One user as the JSON of an answer: an object, and two lists. */
export interface UserExport {
  user: string;
  messages: string;
  reactions: string;
}

/**
 * Reads a user with all messages and reactions at once, each at most `limit`. Null if there is no such user; throws
 * `chat_limit_exceeded` if there are more messages or reactions. The id must be one that `findMissing` knows.
 */
export async function readUserExport(
  reader: Pick<Reader, 'ask' | 'readQuery'>,
  chat: ResolvedChat,
  userId: string,
  style: InstantStyle,
  limit: number,
): Promise<UserExport | null> {
  const user = await readObjects(reader, 'user', userStatement(chat, quoteLiteral(userId), style));
  if (user === '') return null;
  const { messages, reactions } = chat;
  await requireAtMost(reader, limit, 'messages', messages, userId);
  if (reactions) await requireAtMost(reader, limit, 'reactions', reactions, userId);
  const own = userMessages(chat, userId, { limit, style });
  const given = reactions ? userReactions(chat, reactions, userId, style) : null;
  return {
    user,
    messages: `[${await readObjects(reader, 'messages', inStyle(own, style))}]`,
    reactions: `[${given ? await readObjects(reader, 'reactions', inStyle(given, style)) : ''}]`,
  };
}

async function requireAtMost(
  reader: Pick<Reader, 'ask'>,
  limit: number,
  what: 'messages' | 'reactions',
  entity: ResolvedChat['messages'],
  userId: string,
): Promise<void> {
  const mine = `${quoteTable(entity)} x where ${fieldSql(entity, 'user', 'x')} = ${quoteLiteral(userId)}`;
  const sql = `select count(*) from (select 1 from ${mine} limit ${limit + 1}) counted`;
  const [[count] = []] = await reader.ask({ name: `number of ${what}`, sql });
  if (Number(count) <= limit) return;
  throw new HandoverError(
    'chat_limit_exceeded',
    `The user has more than ${limit} ${what}. Export the user as a file.`,
    { details: { what, limit } },
  );
}

/** In v1 the user stands once, above: the answer's messages and reactions do not say it again. */
function inStyle(objects: Objects, style: InstantStyle): Objects {
  if (style === 'nanoseconds') return objects;
  const columns = objects.columns.map((column) => {
    if (column.key === 'user') return { ...column, row: 'null::json', omit: [] };
    if (column.key === 'reaction_counts')
      return { ...column, row: `nullif(${column.row}::text, '{}')::json` };
    return column;
  });
  return { ...objects, columns };
}

async function readObjects(
  reader: Pick<Reader, 'readQuery'>,
  name: string,
  { columns, statement }: Objects,
): Promise<string> {
  const pieces: string[] = [];
  const query = queryOf(name, columns, statement);
  for await (const { bytes } of reader.readQuery(query, { separator: Buffer.from(',') })) {
    pieces.push(Buffer.from(bytes).toString());
  }
  return pieces.join('');
}
