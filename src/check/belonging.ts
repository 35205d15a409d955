import { type Column, type DatabaseSchema, findColumn, type Relation } from '../catalog/database-schema.ts';
import { didYouMean, type PathStep } from '../config/problems.ts';
import { literalOf, typeOf } from '../sources/postgres/select.ts';
import type { Session } from '../sources/postgres/session.ts';
import { type Way, waysOf } from '../sources/source.ts';
import { isRefusedBy } from './ask.ts';
import type { Report } from './finding.ts';
import { type CheckedWay, readColumnOf } from './planned-catalog.ts';
import type { Reading } from './reading.ts';
import { nameOf, namesOf } from './sql-names.ts';
import { checkRowSecurity, requireTable } from './tables.ts';

/**
 * Whether each way leads over tables and columns that are there, of types that can be compared. Returns the ways that
 * do; the others were reported.
 */
export async function checkBelonging(
  session: Session,
  reading: Reading,
  relation: Relation,
  schema: DatabaseSchema,
  report: Report,
): Promise<CheckedWay[]> {
  const belongsTo = reading.selection?.belongsTo;
  if (belongsTo === undefined) return [];
  const checked: CheckedWay[] = [];
  for (const [index, way] of waysOf(belongsTo).entries()) {
    const at: PathStep[] = [
      ...reading.place.at,
      'belongsTo',
      ...('anyOf' in belongsTo ? ['anyOf', index] : []),
    ];
    const found = await checkWay(session, way, relation, schema, at, report);
    if (found !== null) checked.push(found);
  }
  return checked;
}

async function checkWay(
  session: Session,
  way: Way,
  relation: Relation,
  schema: DatabaseSchema,
  at: PathStep[],
  report: Report,
): Promise<CheckedWay | null> {
  let isWhole = true;
  const column = (of: Relation, name: string, place: PathStep[]): Column | null => {
    const found = findColumn(of, name);
    if (found === null) {
      isWhole = false;
      const hint = didYouMean(name, namesOf(of)).replace(/\?$/, '');
      report(
        'column-missing',
        { at: place },
        `there is no column ${nameOf(of, name)}${hint}`,
        'name the column that took its place',
      );
    } else if (!found.isReadable) {
      isWhole = false;
      report(
        'not-readable',
        { at: place },
        `the role ${schema.role} may not read ${nameOf(of, name)}`,
        `grant it select on that column`,
      );
    }
    return found;
  };
  const constants = async (of: Relation, is: Way['is'], place: PathStep[]) => {
    for (const [name, value] of Object.entries(is ?? {})) {
      const found = column(of, name, [...place, name]);
      if (found === null) continue;
      const literal = literalOf(value, readColumnOf(found));
      if (!(await isRefusedBy(session, `select ''::text where ${literal} is null`))) continue;
      isWhole = false;
      report(
        'type-mismatch',
        { at: [...place, name] },
        `'${value}' is no value of ${nameOf(of, name)} (${found.writtenType})`,
        'write a value that the column can hold',
      );
    }
  };

  await constants(relation, way.is, [...at, 'is']);
  const hops: Relation[] = [];
  let previous = relation;
  for (const [index, hop] of (way.through ?? []).entries()) {
    const place = [...at, 'through', index];
    const next = requireTable(schema, hop, { at: [...place, 'table'] }, report);
    if (next === null) return null;
    checkRowSecurity(next, { at: [...place, 'table'] }, schema, report);
    for (const [left, right] of Object.entries(hop.on)) {
      const here = column(previous, left, [...place, 'on', left]);
      const there = column(next, right, [...place, 'on', left]);
      if (here === null || there === null || (await areComparable(session, here, there))) continue;
      isWhole = false;
      report(
        'type-mismatch',
        { at: [...place, 'on', left] },
        `${nameOf(previous, left)} is ${here.writtenType} and ${nameOf(next, right)} is ${there.writtenType}, which cannot be compared`,
        'join columns of one type',
      );
    }
    await constants(next, hop.is, [...place, 'is']);
    hops.push(next);
    previous = next;
  }
  const isText = way.through === undefined && way.is === undefined;
  column(previous, way.column, isText ? at : [...at, 'column']);
  return isWhole ? { way, hops } : null;
}

export async function areComparable(session: Session, one: Column, other: Column): Promise<boolean> {
  const [left, right] = [typeOf(readColumnOf(one)), typeOf(readColumnOf(other))];
  return (
    left === right || !(await isRefusedBy(session, `select ''::text where null::${left} = null::${right}`))
  );
}
