import { spell } from '../classify/name-words.ts';

/**
 * How a name may stand in another place, without underscores: as it is, and in the singular. `user_accounts` gives
 * `useraccounts` and `useraccount`; two names mean the same table if they share one.
 */
export function formsOf(name: string): string[] {
  const plain = spell(name).replace(/^(tbl|tb|t|app|wp|auth|core|public|sys|main)_(?=\w{3})/, '');
  const word = plain.replaceAll('_', '');
  const forms = [word];
  if (word.endsWith('people')) forms.push(`${word.slice(0, -6)}person`);
  if (word.endsWith('children')) forms.push(word.slice(0, -3));
  if (word.endsWith('ies')) forms.push(`${word.slice(0, -3)}y`);
  if (/(s|x|z|ch|sh)es$/.test(word)) forms.push(word.slice(0, -2));
  if (/[^su]s$/.test(word)) forms.push(word.slice(0, -1));
  // German and Dutch: Kunden, Adressen.
  if (/en$/.test(word)) forms.push(word.slice(0, -1), word.slice(0, -2));
  return forms;
}

export function meansSame(one: string, other: string): boolean {
  const forms = formsOf(other);
  return formsOf(one).some((form) => forms.includes(form));
}

/** What a framework writes for a row of a table in the `*_type` of a polymorphic reference: `line_items` → `LineItem`. */
export function className(table: string): string {
  const words = spell(table).split('_');
  const last = words.at(-1) ?? '';
  const singular = last.endsWith('ies')
    ? `${last.slice(0, -3)}y`
    : last === 'people'
      ? 'person'
      : /(s|x|z|ch|sh)es$/.test(last)
        ? last.slice(0, -2)
        : /[^su]s$/.test(last)
          ? last.slice(0, -1)
          : last;
  return [...words.slice(0, -1), singular]
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

const people =
  /^(users?|customers?|clients?|members?|persons?|people|patients?|students?|players?|subscribers?|employees?|contacts?|guests?|tenants_users|donors?|drivers?|riders?|profiles?|individuals?|participants?|kunden?|benutzer|personen|mitglieder|utilisateurs?|clientes?|usuarios?|personnes?|gebruikers?|utenti|subscriber|accounts_user|auth_user|staff|authors?|voters?|citizens?|residents?|learners?|teachers?|doctors?|agents?|operators?)$/;
const organisations =
  /^(accounts?|tenants?|organi[sz]ations?|orgs?|compan(y|ies)|workspaces?|teams?|business(es)?|merchants?|shops?|firms?|firmen|konten|kontos?|mandanten|entreprises?|empresas?|sites?|households?|institutions?)$/;

/** Whether a table's rows are people; their rows may then hold other people too. */
export function isOfPeople(table: string): boolean {
  return people.test(bare(table));
}

export function isOfOrganisations(table: string): boolean {
  return organisations.test(bare(table));
}

function bare(table: string): string {
  const spelled = spell(table).replace(/^(tbl|tb|t|app|wp|auth|core|accounts|users)_(?=\w{3})/, '');
  return spelled.replace(/_(account|table|master|info)s?$/, '') || spelled;
}
