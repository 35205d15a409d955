import { findColumn, type Relation, tableKey } from '../catalog/database-schema.ts';
import { spell } from '../classify/name-words.ts';
import type { Link } from './link.ts';
import { kindOfRole } from './roles.ts';
import { isOfOrganisations, isOfPeople } from './table-names.ts';
import { fewWays, type Ground, type Owned, type Subject, wayThrough } from './ways.ts';

/**
 * Most tables that owned rows refer to are lookups: a country is nobody's. Some are not, though their rows do not say
 * whose they are: an address that the subject's row refers to, a profile that belongs to one row only, what the
 * subject is joined to in a many-to-many. Adds those to `owned`.
 */
export function reachBack(
  { subject, tables, links }: Ground,
  owned: Map<string, Owned>,
  isLeftOut: (table: Relation) => boolean,
): void {
  const byKey = new Map(tables.map((table) => [tableKey(table), table]));
  const back = links.flatMap((link) => {
    const from = owned.get(tableKey(link.from));
    const to = byKey.get(tableKey(link.to));
    if (!from?.passesOn || !to || owned.has(tableKey(to)) || isLeftOut(to)) return [];
    return [{ link, from, to }];
  });
  const byTarget = Map.groupBy(back, ({ to }) => to);
  for (const [table, found] of byTarget) {
    const added = addPart(subject, table, found) ?? addUnowned(subject, table, found, links);
    if (added) owned.set(tableKey(table), added);
  }
}

interface Back {
  link: Link;
  from: Owned;
  to: Relation;
}

/** One row of the subject's refers to it, and no other can: it is a part of that row. */
function addPart(subject: Subject, table: Relation, found: Back[]): Owned | null {
  const [only, ...others] = found;
  if (only === undefined || others.length > 0 || only.from.table !== subject.table) return null;
  if (!isUnique(only.from.table, Object.keys(only.link.on))) return null;
  return ownedBack(table, found, {
    passesOn: true,
    remarks: ['Each row is referred to by one row only, and is exported with it.'],
    questions: [],
  });
}

/** What names no owner itself. Rows that say whose they are, and do not lead to the subject, are somebody else's. */
function addUnowned(subject: Subject, table: Relation, found: Back[], links: Link[]): Owned | null {
  const hasOwner = links.some(
    ({ from, to, role }) =>
      tableKey(from) === tableKey(table) &&
      (isOfPeople(to.table) || isOfOrganisations(to.table)) &&
      kindOfRole(role) === 'owner',
  );
  if (hasOwner) return null;
  return (
    addDetail(table, found) ??
    addFile(
      table,
      found.filter(({ from }) => !isJoin(from.table, links, /^\w+_(at|on)$/)),
    ) ??
    addJoined(subject, table, found, links)
  );
}

/** An address or the like, which is told from a lookup by what it is called and holds. */
function addDetail(table: Relation, found: Back[]): Owned | null {
  if (isOfPeople(table.table) || !(detail.test(spell(table.table)) && holdsPersonalData(table))) return null;
  return ownedBack(table, found, {
    passesOn: false,
    remarks: [],
    questions: [
      `Its rows do not say whose they are; they are exported where the subject's rows refer to them. Is ${table.table} theirs, or a lookup table?`,
    ],
  });
}

const detail =
  /(^|_)(address|addresses|adressen?|adresses?|direccion(es)?|indirizz[io]|enderecos?|profiles?|details?|contact_info|contact_data|billing_info|bank_accounts?|payment_methods?|preferences|demographics|personal_data|stammdaten)$/;

function holdsPersonalData({ columns }: Relation): boolean {
  const found = columns.filter(({ name }) => personal.test(spell(name)));
  return found.length >= 2;
}

const personal =
  /(^|_)(address|addr|street|strasse|rue|line_?[12]|postal_?code|postcode|zip|plz|district|phone|mobile|telephone|telefon|email|e_?mail|first_?name|last_?name|vorname|nachname|birth\w*|dob|gender|iban|bic|holder|bio|city|house_?n\w+)\d?(_|$)/;

/** What a file is stored as, behind the rows that say whose it is. */
function addFile(table: Relation, found: Back[]): Owned | null {
  const holdsFile = table.columns.filter(({ name }) => ofFile.test(spell(name))).length >= 2;
  if (found.length === 0 || !holdsFile || !file.test(spell(table.table))) return null;
  return ownedBack(table, found, {
    passesOn: true,
    remarks: [
      "Its rows do not say whose they are; they are exported where the subject's rows refer to them.",
    ],
    questions: [],
  });
}

const file =
  /(^|_)(blobs?|files?|attachments?|uploads?|documents?|media|images?|photos?|pictures?|recordings?|assets?)$/;
const ofFile =
  /^((original_)?file_?name|content_type|mime(_type)?|byte_size|size(_bytes)?|file_size|checksum|storage_key|path|key|width|height|duration)$/;

/** The other side of a many-to-many with the subject, unless it is a list that everybody chooses from. */
function addJoined(subject: Subject, table: Relation, found: Back[], links: Link[]): Owned | null {
  const joins = found.filter(({ from }) => from.distance === 1 && isJoin(from.table, links));
  if (joins.length === 0 || isOfPeople(table.table) || choice.test(spell(table.table))) return null;
  const names = joins.map(({ from }) => from.table.table).join(', ');
  return ownedBack(table, joins, {
    passesOn: false,
    remarks: [],
    questions: [
      `Rows are shared: those are exported that ${names} joins with the ${subject.table.table}, and nothing that refers to them. Is that right?`,
    ],
  });
}

const choice =
  /(^|_)(tags?|labels?|roles?|permissions?|groups?|categor(y|ies)|genres?|skills?|badges?|interests?|countr(y|ies)|languages?|locales?|plans?|features?|products?|items?|films?|tracks?|courses?|types?|kinds?|status(es)?|topics?|options?|currenc(y|ies)|achievements?|events?|lists?|scopes?|segments?|flags?|experiments?|coupons?|vouchers?|promotions?|discounts?|offers?|surveys?|polls?|channels?|stores?|shops?)$/;

/** Two links and nothing of its own: what Prisma calls `_AToB`, and anybody else `a_b`. */
function isJoin(table: Relation, links: Link[], alsoAside = aside): boolean {
  const own = links.filter(({ from }) => tableKey(from) === tableKey(table));
  if (own.length !== 2) return false;
  const joined = new Set(own.flatMap(({ on }) => Object.keys(on)));
  return table.columns.every(
    ({ name }) => joined.has(name) || aside.test(spell(name)) || alsoAside.test(spell(name)),
  );
}

const aside =
  /^(id|uuid|created(_at|_on)?|updated(_at|_on)?|inserted_at|joined_at|added_at|position|sort|sort_order|role|is_\w+|standing|status)$/;

function ownedBack(
  table: Relation,
  found: Back[],
  decided: Pick<Owned, 'passesOn' | 'remarks' | 'questions'>,
): Owned {
  const ways = found.flatMap(({ link, from }) => {
    const on = Object.fromEntries(Object.entries(link.on).map(([mine, theirs]) => [theirs, mine]));
    // The step back is always taken through the table that refers, even if that is the subject's own.
    return from.ways.map((way) => wayThrough({ on }, { ...from, distance: Math.max(1, from.distance) }, way));
  });
  const few = fewWays(ways);
  return {
    table,
    ways: few.ways,
    distance: Math.min(...found.map(({ from }) => from.distance)) + 1,
    otherPeople: [],
    remarks: decided.remarks,
    passesOn: decided.passesOn,
    questions: [...decided.questions, ...few.left],
  };
}

function isUnique(table: Relation, columns: string[]): boolean {
  const keys = [table.primaryKey ?? [], ...table.uniqueKeys.map((key) => key.columns)];
  return keys.some(
    (key) => key.length > 0 && key.every((name) => columns.includes(name) && findColumn(table, name)),
  );
}
