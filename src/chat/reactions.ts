import type { ChatEntity, ResolvedChat } from '../config/resolved.ts';
import { quoteTable } from '../sources/postgres/quote.ts';
import { reactionFields } from './api-fields.ts';
import {
  columnsOf,
  fieldSql,
  findFieldSql,
  type Made,
  type OutputColumn,
  objectSql,
  omissionsOf,
  type Statement,
} from './columns.ts';
import { joinPerson, peopleCte, person } from './people.ts';
import type { InstantStyle } from './request.ts';
import { instantOf } from './values.ts';

/** As many as the API hands out with a message. */
const LATEST = 10;

/** What a message says of its reactions; empty where the product has none. */
export const noReactions: Record<string, Made> = {
  latest_reactions: "'[]'::json",
  own_reactions: "'[]'::json",
  reaction_counts: "'{}'::json",
  reaction_scores: "'{}'::json",
  reaction_groups: "'{}'::json",
};

/** Reactions as objects of their own, oldest first. `where` is a condition on alias `r`. */
export function reactionStatement(
  chat: ResolvedChat,
  reactions: ChatEntity,
  { style, where, ctes = [] }: { style: InstantStyle; where: string; ctes?: string[] },
): { columns: OutputColumn[]; statement: Statement } {
  const user = fieldSql(reactions, 'user', 'r');
  const from = `from ${quoteTable(reactions)} r`;
  const order = [findFieldSql(reactions, 'created_at', 'r'), ...identity(reactions)].filter(Boolean);
  return {
    columns: reactionColumns(chat, reactions, style),
    statement: {
      ctes: [...ctes, peopleCte(chat, style, [`select ${user} ${from} where ${where}`])],
      from: `${from} ${joinPerson('p', user)}\nwhere ${where} order by ${order.join(', ')}`,
    },
  };
}

/** The named subquery `given`: the reactions to the messages in `scope`, looked up once. */
export function givenCte(reactions: ChatEntity): string {
  const message = fieldSql(reactions, 'message', 'r');
  return `given as materialized (select r.* from ${quoteTable(reactions)} r where ${message} in (select id from scope))`;
}

/** Selects the ids of who reacted, from `given`. */
export function whoReacted(reactions: ChatEntity): string {
  return `select ${fieldSql(reactions, 'user', 'r')} from given r`;
}

/** Named subqueries `reacted` and `latest` by message, made of `given`; `people` must hold who reacted. */
export function reactionCtes(chat: ResolvedChat, reactions: ChatEntity, style: InstantStyle): string[] {
  const message = fieldSql(reactions, 'message', 'r');
  const user = fieldSql(reactions, 'user', 'r');
  const type = `${fieldSql(reactions, 'type', 'r')}::text`;
  const score = findFieldSql(reactions, 'score', 'r');
  const madeAt = findFieldSql(reactions, 'created_at', 'r');
  const first = instantOf(madeAt ? 'g.first_at' : 'null', style).json;
  const last = instantOf(madeAt ? 'g.last_at' : 'null', style).json;
  const order = `g.type collate "C"`;
  const newest = [madeAt && `${madeAt} desc nulls last`, user, type].filter(Boolean).join(', ');
  return [
    `reacted as materialized (
  select g.id, json_object_agg(g.type, g.number order by ${order}) as counts,
    json_object_agg(g.type, g.score order by ${order}) as scores,
    json_object_agg(g.type, json_build_object('count', g.number, 'sum_scores', g.score,
      'first_reaction_at', ${first}, 'last_reaction_at', ${last}) order by ${order}) as groups
  from (
    select ${message} as id, ${type} as type, count(*) as number, sum(${score ? `coalesce(${score}, 1)` : '1'}) as score,
      min(${madeAt ?? 'null::timestamptz'}) as first_at, max(${madeAt ?? 'null::timestamptz'}) as last_at
    from given r where ${type} is not null group by 1, 2) g
  group by g.id)`,
    `latest as materialized (
  select l.id, json_agg(l.j order by l.place) as list from (
    select ${message} as id, ${objectSql(reactionColumns(chat, reactions, style))} as j,
      row_number() over (partition by ${message} order by ${newest}) as place
    from given r ${joinPerson('p', user)}) l
  where l.place <= ${LATEST} group by l.id)`,
  ];
}

/** What a message says of its reactions, from the joined `reacted` and `latest`. */
export function reactionSummary(
  chat: ResolvedChat,
  reactions: ChatEntity,
  style: InstantStyle,
): Record<string, Made> {
  const omit = omissionsOf(reactionColumns(chat, reactions, style));
  return {
    ...noReactions,
    latest_reactions: { row: "coalesce(latest.list, '[]'::json)", omit },
    reaction_counts: "coalesce(reacted.counts, '{}'::json)",
    reaction_scores: "coalesce(reacted.scores, '{}'::json)",
    reaction_groups: "coalesce(reacted.groups, '{}'::json)",
  };
}

/** On the aliases `r`, and `p` for who reacted. */
function reactionColumns(chat: ResolvedChat, reactions: ChatEntity, style: InstantStyle): OutputColumn[] {
  return columnsOf(reactions, reactionFields, {
    alias: 'r',
    style,
    made: {
      message_id: `${fieldSql(reactions, 'message', 'r')}::text`,
      user_id: `${fieldSql(reactions, 'user', 'r')}::text`,
      user: person(chat, style, 'p'),
    },
  });
}

function identity(reactions: ChatEntity): string[] {
  return ['message', 'user', 'type'].map((field) => fieldSql(reactions, field, 'r'));
}
