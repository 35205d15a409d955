import type { Relation } from '../catalog/database-schema.ts';
import { findColumn, tableKey } from '../catalog/database-schema.ts';
import type { Way } from '../config/define.ts';
import type { Link } from './links.ts';
import { kindOfRole } from './roles.ts';
import { isOfPeople } from './table-names.ts';
import { writeTable } from './write-names.ts';

/** A table with rows of the subject, and how they are told from other people's. */
export interface Owned {
  table: Relation;
  /** Any of them makes a row the subject's. */
  ways: Way[];
  /** Steps to the subject. */
  distance: number;
  /** Whether what refers to its rows is the subject's too. A shared row's children may be somebody else's. */
  passesOn: boolean;
  /** Columns that name people other than the subject, or the other one of two. */
  otherPeople: string[];
  /** How it was decided, for whoever reads the draft. */
  remarks: string[];
  questions: string[];
}

export interface Subject {
  table: Relation;
  /** What names a subject: one column, unique in the table. */
  column: string;
}

/** Follows links from the subject: child to parent, the shortest way first, declared ones before guessed ones. */
export function findOwned(subject: Subject, tables: Relation[], links: Link[]): Map<string, Owned> {
  const owned = new Map<string, Owned>();
  owned.set(tableKey(subject.table), {
    table: subject.table,
    ways: [{ column: subject.column }],
    distance: 0,
    passesOn: true,
    otherPeople: peopleColumns(subject, subject.table, links, []),
    remarks: [],
    questions: [],
  });
  reach(subject, tables, links, owned);
  return owned;
}

/** Adds every table that is not owned yet and refers to one that is, round by round. */
export function reach(subject: Subject, tables: Relation[], links: Link[], owned: Map<string, Owned>): void {
  for (;;) {
    const added = tables
      .filter((table) => !owned.has(tableKey(table)))
      .flatMap((table) => reachFrom(subject, table, links, owned) ?? []);
    if (added.length === 0) return;
    const nearest = Math.min(...added.map(({ distance }) => distance));
    for (const one of added) if (one.distance === nearest) owned.set(tableKey(one.table), one);
  }
}

function reachFrom(
  subject: Subject,
  table: Relation,
  links: Link[],
  owned: Map<string, Owned>,
): Owned | null {
  const candidates = links
    .filter((link) => tableKey(link.from) === tableKey(table))
    .flatMap((link) => {
      const to = owned.get(tableKey(link.to));
      return to?.passesOn ? [{ link, to }] : [];
    });
  if (candidates.length === 0) return null;
  const direct = candidates.filter(({ to }) => to.distance === 0);
  const chosen = direct.length > 0 ? chooseDirect(subject, direct) : null;
  const indirect = candidates.filter(({ to }) => to.distance > 0);
  const best = chosen ?? (indirect.length > 0 ? chooseIndirect(indirect) : null);
  if (best === null) return null;
  const { used, questions } = best;
  const distance = Math.min(...used.map(({ to }) => to.distance)) + 1;
  return {
    table,
    ways: distinct(used.flatMap(({ link, to }) => to.ways.map((way) => wayThrough(link, to, way)))).slice(
      0,
      MOST_WAYS,
    ),
    distance,
    passesOn: true,
    otherPeople: peopleColumns(
      subject,
      table,
      links,
      used.map(({ link }) => link),
    ),
    remarks: used.flatMap(({ link }) => remarkOf(link)),
    questions,
  };
}

/** A way through more tables than these would slow every read down. */
const MOST_WAYS = 6;

interface Candidate {
  link: Link;
  to: Owned;
}

/** Of several columns that name the subject: those that own. Null when a person only touched the rows. */
function chooseDirect(
  subject: Subject,
  direct: Candidate[],
): { used: Candidate[]; questions: string[] } | null {
  if (!isOfPeople(subject.table.table)) return { used: direct, questions: severalQuestion(direct) };
  const ofKind = (kind: ReturnType<typeof kindOfRole>) =>
    direct.filter(({ link }) => kindOfRole(link.role) === kind);
  const owners = ofKind('owner');
  if (owners.length > 0) {
    // Whoever made a row for somebody else does not own it.
    const others = owners.filter(({ link }) => !/^(created_by|creator|entered_by|added_by)$/.test(link.role));
    const used = others.length > 0 ? others : owners;
    return { used, questions: severalQuestion(used) };
  }
  const handlers = ofKind('handler');
  if (handlers.length === 0) return null;
  const columns = handlers.flatMap(({ link }) => Object.keys(link.on)).join(', ');
  return {
    used: handlers,
    questions: [`Are rows theirs of which they are the ${columns}, or are they about others?`],
  };
}

function severalQuestion(used: Candidate[]): string[] {
  if (used.length < 2) return [];
  const columns = used.map(({ link }) => Object.keys(link.on).join('+')).join(', ');
  return [`A row is exported if any of ${columns} is the subject. Does each of them make it theirs?`];
}

/**
 * A column that is never null tells whose a row is by itself; where every one can be null, rows may hang on any. Only
 * one level: a row is not everybody's who owns something above it.
 */
function chooseIndirect(indirect: Candidate[]): { used: Candidate[]; questions: string[] } {
  const nearest = Math.min(...indirect.map(({ to }) => to.distance));
  const near = indirect
    .filter(({ to, link }) => to.distance === nearest && kindOfRole(link.role) !== 'actor')
    .sort((one, other) => costOf(one) - costOf(other));
  const [first = indirect[0], ...others] = near;
  if (first === undefined) return { used: [], questions: [] };
  if (!first.link.isNullable) return { used: [first], questions: [] };
  const more = others.filter(({ link }) => link.isNullable && link.isDeclared === first.link.isDeclared);
  return { used: [first, ...more], questions: severalQuestion([first, ...more]) };
}

function costOf({ link }: Candidate): number {
  return (link.isNullable ? 1 : 0) + (link.isDeclared ? 0 : 2) + (kindOfRole(link.role) === 'owner' ? 0 : 4);
}

/** The way of a row that names a row of `to`, which belongs by `way`. */
export function wayThrough(link: Pick<Link, 'on'>, to: Owned, way: Way): Way {
  const isSubject = to.distance === 0;
  const [[column = '', named = ''] = [], ...others] = Object.entries(link.on);
  // The subject's own key stands in the row: no need to look at the subject's table.
  if (isSubject && others.length === 0 && named === way.column) return { column };
  if (isSubject) {
    const direct = Object.entries(link.on).find(([, theirs]) => theirs === way.column);
    if (direct) return { column: direct[0] };
  }
  const hop = { table: writeTable(to.table), on: link.on, ...(way.is && { is: way.is }) };
  return { column: way.column, through: [hop, ...(way.through ?? [])] };
}

/** Columns that name a row of the subject's table, if that is of people, without the one that the subject owns alone by. */
function peopleColumns(subject: Subject, table: Relation, links: Link[], used: Link[]): string[] {
  const isAlone = used.length === 1;
  return links
    .filter((link) => tableKey(link.from) === tableKey(table) && isOfPeople(link.to.table))
    .filter((link) => isOfPeople(subject.table.table) || tableKey(link.to) === tableKey(subject.table))
    .filter((link) => !(isAlone && used.includes(link)))
    .flatMap(({ on }) => Object.keys(on))
    .filter((name) => findColumn(table, name) !== null);
}

function remarkOf(link: Link): string[] {
  const columns = Object.keys(link.on).join(', ');
  return link.isDeclared
    ? []
    : [`No foreign key says so: ${columns} is taken to name a row of ${link.to.table}.`];
}

function distinct(ways: Way[]): Way[] {
  return [...new Map(ways.map((way) => [JSON.stringify(way), way])).values()];
}
