import type { Column, Relation } from '../catalog/database-schema.ts';
import { classifyColumn } from '../classify/classify-column.ts';
import { groupOfType } from '../classify/column-type.ts';
import { denyClassOf, isFactAbout } from '../classify/deny-class.ts';
import { jsonSecrets } from '../classify/json-secrets.ts';
import { spell } from '../classify/name-words.ts';
import type { ExclusionReason, FieldClass } from '../config/define.ts';
import { camelCase } from '../config/names.ts';
import { writePath } from './write-names.ts';

/** What the draft does with a column, or with a part of one. */
export interface DraftColumn {
  /** As `include` or `exclude` names it. */
  name: string;
  /** Under which it leaves; null when it stays. */
  key: string | null;
  reason: ExclusionReason | null;
  class: FieldClass;
  /** Said beside it in the draft. */
  remark: string | null;
  question: string | null;
  /** Why it leaves though it is called like a secret. */
  allowed: string | null;
}

/** Values of some rows by column, as text; null for a table that was not sampled. */
export type TableSample = Record<string, string[]> | null;

export function draftColumns(
  table: Relation,
  { otherPeople, sample, linked }: { otherPeople: string[]; sample: TableSample; linked: Set<string> },
): DraftColumn[] {
  const siblings = table.columns.map(({ name }) => name);
  const keys = new Set<string>();
  const all = table.columns.map((column) => {
    // An empty table shows nothing.
    const values = sample?.[column.name]?.length ? sample[column.name] : undefined;
    const about = { siblings, values, otherPeople, isLink: linked.has(column.name) };
    return { column, values, first: decide(table, column, about) };
  });
  const secrets = new Set(
    all.flatMap(({ column, first }) => (first.reason === 'secret' ? [column.name] : [])),
  );
  return all.flatMap(({ column, values, first }) => {
    const decided = first.reason === null ? withSource(column, first, secrets) : first;
    if (decided.reason === null) decided.key = freeKey(column.name, keys);
    return [decided, ...secretParts(column, decided), ...insideOf(column, decided, values)];
  });
}

interface About {
  siblings: string[];
  values: string[] | undefined;
  otherPeople: string[];
  /** It names a row of another table, so it opens nothing. */
  isLink: boolean;
}

function decide(
  table: Relation,
  column: Column,
  { siblings, values, otherPeople, isLink }: About,
): DraftColumn {
  const { name } = column;
  const stays = { name: writePath([name]), key: null, class: 'provided' as FieldClass, allowed: null };
  const leaves = { name, key: '', reason: null, remark: null, question: null, allowed: null };
  if (!column.isReadable) {
    return { ...stays, reason: 'internal', remark: 'the role may not read it', question: null };
  }
  if (otherPeople.includes(name) && denyClassOf(name) === null) return { ...leaves, class: 'third-party' };
  if (isLink && denyClassOf(name) === null) return { ...leaves, class: 'provided' };
  const found = classifyColumn({
    table: table.table,
    column: name,
    type: column.type.name,
    kind: column.kind,
    isGenerated: column.isGenerated,
    siblings,
    sample: values,
  });
  if (found.verdict !== 'include') {
    return { ...stays, reason: found.reason ?? 'internal', remark: null, question: found.question ?? null };
  }
  if (isClosedContainer(column, values)) {
    const question =
      'Parts of it cannot stay by themselves, and it may hold secrets. Include it if it holds none.';
    return { ...stays, reason: 'internal', remark: null, question };
  }
  const person = personBeside(name, otherPeople) ?? personByName(name) ?? invitee(table.table, name);
  if (person !== null) {
    const question = `Is it about the ${person}, who is somebody else? If it is the subject's own, include it.`;
    return { ...stays, reason: 'third-party', remark: null, question };
  }
  const fieldClass = found.class === 'secret' || found.class === 'internal' ? 'provided' : found.class;
  // Its name alone would be refused; its type says that it holds no secret.
  const allowed = denyClassOf(name) === null ? null : `It is ${column.writtenType}, and holds no secret.`;
  return { ...leaves, class: fieldClass, allowed };
}

/** What is generated from a secret stays with it, unless it only tells something about it. */
function withSource(column: Column, decided: DraftColumn, secrets: Set<string>): DraftColumn {
  const { name, type, kind, generatedFrom } = column;
  const secret = generatedFrom.find((source) => secrets.has(source));
  const isOnlyAbout = groupOfType(type.name, kind) === 'fact' || isFactAbout(spell(name));
  if (secret === undefined || isOnlyAbout) return decided;
  const remark = `it is generated from ${secret}`;
  return { ...stayingPath([name], null), class: decided.class, remark };
}

/** `recipient_name` beside `recipient_id`, when that names somebody else. */
function personBeside(column: string, otherPeople: string[]): string | null {
  const name = spell(column);
  const roles = otherPeople
    .map((other) => spell(other).replace(/_?(id|uuid)$/, ''))
    .filter((role) => role !== '');
  return (
    roles.find(
      (role) =>
        name.startsWith(`${role}_`) &&
        /_(name|first_name|last_name|full_name|email|e_mail|phone|mobile|address|ip|ip_address|avatar|avatar_url|username|birth_date)$/.test(
          name,
        ),
    ) ?? null
  );
}

const isJson = ({ type }: Column) => /^_?jsonb?$/.test(type.name);

/** What was sampled but cannot be left out by path: XML, and an hstore with secrets in it. */
function isClosedContainer(column: Column, values: string[] | undefined): boolean {
  if (groupOfType(column.type.name) !== 'container' || isJson(column)) return false;
  return column.type.name !== 'hstore' || jsonSecrets((values ?? []).flatMap(parsed)).length > 0;
}

/** A composite leaves as JSON, so parts of it can stay. */
function secretParts({ name, parts }: Column, { reason }: DraftColumn): DraftColumn[] {
  if (reason !== null) return [];
  const secrets = parts.filter((part) => denyClassOf(part) !== null);
  return secrets.map((part) => stayingPath([name, part], null));
}

/** Secrets inside of JSON that leaves, found in a sample. */
function insideOf(column: Column, decided: DraftColumn, values: string[] | undefined): DraftColumn[] {
  if (decided.reason !== null || values === undefined || groupOfType(column.type.name) !== 'container')
    return [];
  const documents = values.flatMap(parsed);
  return jsonSecrets(documents).map(({ path, deny }) =>
    stayingPath(
      [column.name, ...path],
      deny === null ? 'Its values look random. Do they open a door? If not, remove this line.' : null,
    ),
  );
}

function stayingPath(path: string[], question: string | null): DraftColumn {
  return {
    name: writePath(path),
    key: null,
    reason: 'secret',
    class: 'provided',
    remark: null,
    question,
    allowed: null,
  };
}

function parsed(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}

/** Whoever is invited is somebody else. */
function invitee(table: string, column: string): string | null {
  const isInvitation = /(^|_)(invites?|invitations?|referrals?)$/.test(spell(table));
  return isInvitation && /^(name|first_name|last_name|email|e_mail|phone|mobile)$/.test(spell(column))
    ? 'invited person'
    : null;
}

/** Somebody else by the name alone, without a row of their own. */
function personByName(column: string): string | null {
  return somebodyElse.exec(spell(column))?.[1] ?? null;
}

const somebodyElse =
  /^(invitee|inviter|invited|referred|referrer|referer|guest|friend|emergency_contact|next_of_kin|partner|spouse|parent|guardian|sender|recipient|receiver|counterparty|payee|beneficiary)_(name|first_name|last_name|full_name|email|e_mail|email_address|phone|phone_number|mobile|address|birth_date)$/;

/** Two columns may have the same key in camelCase (`user_id`, `userId`): the second one gets a number. */
function freeKey(column: string, keys: Set<string>): string {
  const wanted = camelCase(column);
  let key = wanted;
  for (let number = 2; keys.has(key); number++) key = `${wanted}${number}`;
  keys.add(key);
  return key;
}
