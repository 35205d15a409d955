import { HandoverError } from '../../errors.ts';
import type { Selection } from '../source.ts';
import type { Catalog, CatalogWay } from './columns.ts';
import { sqlStateOf } from './failures.ts';
import { type Constant, constantsOf, literalOf, subjectColumn } from './select.ts';
import { goBack, type Session } from './session.ts';

/**
 * The catalog with the ways that the subject can take: where its id is no value of a column's type (`x7` for a uuid),
 * no row belongs to it. Throws `source_refused` when a constant of a way is no value of its column's type.
 */
export async function followableWays(
  session: Session,
  catalog: Catalog,
  { category }: Selection,
  subject: string,
): Promise<Catalog> {
  if (isNoText(subject)) return { ...catalog, ways: [] };
  const ways: CatalogWay[] = [];
  const known = literalsKnownBy(session);
  const isTaken = async (literal: string) => {
    const answer = known.get(literal) ?? (await isValue(session, literal));
    known.set(literal, answer);
    return answer;
  };
  for (const way of catalog.ways) {
    for (const constant of constantsOf(catalog, way)) {
      if (!(await isTaken(constant.literal))) throw noValue(category, constant);
    }
    if (await isTaken(literalOf(subject, subjectColumn(catalog, way)))) ways.push(way);
  }
  return { ...catalog, ways };
}

/** Whether they are values of their types: most categories ask it of the same literal. */
const triedLiterals = new WeakMap<Session, Map<string, boolean>>();

function literalsKnownBy(session: Session): Map<string, boolean> {
  const known = triedLiterals.get(session) ?? new Map<string, boolean>();
  triedLiterals.set(session, known);
  return known;
}

/** Whether no text of Postgres can be this: nothing belongs to it. */
export function isNoText(subject: string): boolean {
  return subject.includes('\0') || !subject.isWellFormed();
}

/** The literals in the statements of a category, of which it is not known whether they are values of their types. */
export function untriedLiterals(session: Session, catalog: Catalog, subject: string): string[] {
  const known = literalsKnownBy(session);
  return catalog.ways
    .flatMap((way) => [
      ...constantsOf(catalog, way).map(({ literal }) => literal),
      literalOf(subject, subjectColumn(catalog, way)),
    ])
    .filter((literal) => !known.has(literal));
}

/** Statements with these literals in them have run. */
export function recordTaken(session: Session, literals: string[]): void {
  const known = literalsKnownBy(session);
  for (const literal of literals) known.set(literal, true);
}

/** Tries many at once; where one of them is no value, each is still untried. In a turn of the session's. */
export async function tryLiterals(session: Session, literals: string[]): Promise<void> {
  const untried = [...new Set(literals)];
  if (untried.length === 0) return;
  try {
    await session.query(`select ''::text where ${untried.map((one) => `${one} is null`).join(' or ')}`);
    recordTaken(session, untried);
  } catch (error) {
    if (!isDataException(error)) throw error;
    await goBack(session);
  }
}

function noValue(category: string, { column, value }: Constant): HandoverError {
  return new HandoverError(
    'source_refused',
    `Category "${category}": "${value}" is no value of the column "${column}", which \`is\` compares with it.`,
    { details: { category, column } },
  );
}

/** Whether the server takes a literal for a value of its type. */
async function isValue(session: Session, literal: string): Promise<boolean> {
  await session.query('savepoint handover_value');
  try {
    await session.query(`select ''::text where ${literal} is null`);
    await session.query('release savepoint handover_value');
    return true;
  } catch (error) {
    if (!isDataException(error)) throw error;
    await session.query('rollback to savepoint handover_value');
    return false;
  }
}

/** SQLSTATE class 22, and what a type's own checks say. */
export function isDataException(error: unknown): boolean {
  return /^2[23]/.test(sqlStateOf(error) ?? '');
}
