import type { Relation } from '../catalog/database-schema.ts';
import { findColumn, tableKey } from '../catalog/database-schema.ts';
import { spell } from '../classify/name-words.ts';
import type { Way } from '../config/define.ts';
import type { Link } from './link.ts';
import { kindOfRole, type RoleKind } from './roles.ts';
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
  reach({ subject, tables, links, allowsHandlers: false }, owned);
  return owned;
}

/** What there is to go over. */
export interface Ground {
  subject: Subject;
  tables: Relation[];
  links: Link[];
  /** Rows belong to whoever works on them, where nobody else has a claim: asked last. */
  allowsHandlers: boolean;
}

/** Adds every table that is not owned yet and refers to one that is, round by round. */
export function reach(ground: Ground, owned: Map<string, Owned>): void {
  const { tables } = ground;
  for (;;) {
    const added = tables
      .filter((table) => !owned.has(tableKey(table)))
      .flatMap((table) => reachFrom(ground, table, owned) ?? []);
    if (added.length === 0) return;
    const nearest = Math.min(...added.map(({ distance }) => distance));
    for (const one of added) if (one.distance === nearest) owned.set(tableKey(one.table), one);
  }
}

function reachFrom(ground: Ground, table: Relation, owned: Map<string, Owned>): Owned | null {
  const { subject, links } = ground;
  const candidates = links
    .filter((link) => tableKey(link.from) === tableKey(table))
    .flatMap((link) => {
      const to = owned.get(tableKey(link.to));
      return to?.passesOn ? [{ link, to }] : [];
    });
  const direct = candidates.filter(({ to }) => to.distance === 0);
  const indirect = candidates.filter(({ to }) => to.distance > 0);
  const best = chooseDirect(ground, table, direct) ?? chooseIndirect(ground, table, indirect);
  if (best === null) return null;
  const { used, questions } = best;
  const { ways, left } = fewWays(
    used.flatMap(({ link, to }) => to.ways.map((way) => wayThrough(link, to, way))),
  );
  return {
    table,
    ways,
    distance: Math.min(...used.map(({ to }) => to.distance)) + 1,
    passesOn: true,
    otherPeople: peopleColumns(
      subject,
      table,
      links,
      used.map(({ link }) => link),
    ),
    remarks: used.flatMap(({ link }) => remarkOf(link)),
    questions: [...questions, ...left],
  };
}

/** Each way once, and what is to be asked where there are more than a read should take. */
export function fewWays(ways: Way[]): { ways: Way[]; left: string[] } {
  const all = distinct(ways);
  const left = all.length - MOST_WAYS;
  if (left <= 0) return { ways: all, left: [] };
  const question = `Rows may belong in ${left} more ways, which would slow every read down. Does any hold? Then add it to \`anyOf\`.`;
  return { ways: all.slice(0, MOST_WAYS), left: [question] };
}

/** As many as a polymorphic owner can have, so that what hangs on such a row is found with it. */
const MOST_WAYS = 48;

interface Candidate {
  link: Link;
  to: Owned;
}

interface Chosen {
  used: Candidate[];
  questions: string[];
}

/** Of several columns that name the subject: those that own. Null when a person only touched the rows. */
function chooseDirect(
  { subject, links, allowsHandlers }: Ground,
  table: Relation,
  direct: Candidate[],
): Chosen | null {
  if (direct.length === 0) return null;
  if (!isOfPeople(subject.table.table)) return { used: direct, questions: severalQuestion(direct) };
  const ofKind = (kind: RoleKind) => direct.filter(({ link }) => kindOfRole(link.role) === kind);
  for (const kind of ['owner', 'side'] as const) {
    const used = ofKind(kind);
    if (used.length > 0) return { used, questions: severalQuestion(used) };
  }
  const used = ofKind('handler');
  if (used.length === 0 || !allowsHandlers || isAboutOthers(subject, table, links)) return null;
  const columns = used.flatMap(({ link }) => Object.keys(link.on)).join(', ');
  return { used, questions: [`Are rows theirs of which they are the ${columns}, or are they about others?`] };
}

/** A doctor's appointment is the patient's, where patients have a table of their own. */
function isAboutOthers(subject: Subject, table: Relation, links: Link[]): boolean {
  return links.some(
    ({ from, to, role }) =>
      tableKey(from) === tableKey(table) &&
      tableKey(to) !== tableKey(subject.table) &&
      isOfPeople(to.table) &&
      kindOfRole(role) === 'owner',
  );
}

function severalQuestion(used: Candidate[]): string[] {
  if (used.length < 2) return [];
  const columns = used.map(({ link }) => Object.keys(link.on).join('+')).join(', ');
  return [`A row is exported if any of ${columns} is the subject. Does each of them make it theirs?`];
}

/**
 * Of several tables above: the one that it is a part of. Where the subject is a person, a row must not follow another
 * way too: an order's line names a course as well, and that is its teacher's. Within an organisation it may.
 */
function chooseIndirect({ subject }: Ground, table: Relation, indirect: Candidate[]): Chosen | null {
  const [first, ...others] = indirect
    .filter(({ link }) => kindOfRole(link.role) !== 'actor')
    .sort((one, other) => costOf(one, table) - costOf(other, table));
  if (first === undefined) return null;
  if (!first.link.isNullable) return { used: [first], questions: [] };
  const rivals = others.filter(
    ({ link, to }) =>
      link.isNullable && to.distance === first.to.distance && link.isDeclared === first.link.isDeclared,
  );
  if (!isOfPeople(subject.table.table)) {
    const used = [first, ...rivals];
    return { used, questions: severalQuestion(used) };
  }
  const names = rivals.map(({ link }) => Object.keys(link.on).join('+')).join(', ');
  const column = Object.keys(first.link.on).join('+');
  const questions =
    rivals.length === 0
      ? []
      : [`A row is exported by its ${column}. Are there rows of the subject by ${names} alone?`];
  return { used: [first], questions };
}

function costOf({ link, to }: Candidate, table: Relation): number {
  const isPart = spell(table.table).startsWith(spell(link.to.table).replace(/e?s$/, ''));
  return (
    to.distance * 4 +
    (isPart ? 0 : 3) +
    (link.isNullable ? 1 : 0) +
    (link.isDeclared ? 0 : 2) +
    (kindOfRole(link.role) === 'owner' ? 0 : 4)
  );
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
