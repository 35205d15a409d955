import { Disclosure, Names } from './disclosure.tsx';
import type { Told } from './status-sentence.ts';
import type { LeftOut as Item, Portal, Reason } from './wire.ts';

const reasons = ['secret', 'internal', 'third-party', 'derived'] as const satisfies Reason[];

/** Everything that stays, by the reason for which it stays. */
export function LeftOut({ told }: { told: Told }) {
  const { words, portal } = told;
  const groups = reasons.map((reason) => groupOf(portal, reason)).filter(({ count }) => count > 0);
  const rules = portal.categories.filter(({ rowsLeftOut }) => rowsLeftOut);
  return (
    <section className="section" aria-labelledby="left-out">
      <h2 id="left-out">{words.leftOut.title}</h2>
      <p className="section-text">
        {groups.length || rules.length ? words.leftOut.text : words.leftOut.nothing}
      </p>
      <div className="rows">
        {groups.map((group) => (
          <GroupRow key={group.reason} told={told} group={group} />
        ))}
        {rules.length > 0 && (
          <Disclosure
            title={words.leftOut.rows.title}
            text={words.leftOut.rows.text}
            number={told.formats.count(rules.length, words.leftOut.rowRules)}
          >
            {rules.map(({ name, title, rowsLeftOut }) => (
              <div key={name}>
                <h3>{title}</h3>
                <p>{rowsLeftOut}</p>
              </div>
            ))}
          </Disclosure>
        )}
      </div>
    </section>
  );
}

interface Group {
  reason: Reason;
  categories: { name: string; title: string; items: Item[] }[];
  tables: Item[];
  count: number;
}

function groupOf(portal: Portal, reason: Reason): Group {
  const stays = (item: Item) => item.reason === reason;
  const categories = portal.categories
    .map(({ name, title, leftOut }) => ({ name, title, items: leftOut.filter(stays) }))
    .filter(({ items }) => items.length > 0);
  const tables = portal.leftOut.filter(stays);
  const count = categories.reduce((sum, { items }) => sum + items.length, tables.length);
  return { reason, categories, tables, count };
}

function GroupRow({ told, group }: { told: Told; group: Group }) {
  const { words, formats, portal } = told;
  const { title, text } = words.leftOut.reasons[group.reason];
  return (
    <Disclosure
      title={title}
      text={typeof text === 'string' ? text : text(portal.product.name)}
      number={formats.count(group.count, words.leftOut.items)}
    >
      {group.categories.map(({ name, title: category, items }) => (
        <Items key={name} title={category} items={items} />
      ))}
      {group.tables.length > 0 && <Items title={words.leftOut.wholeTables} items={group.tables} />}
    </Disclosure>
  );
}

/** With notes each item has a line of its own; without, the names stand in a row. */
function Items({ title, items }: { title: string; items: Item[] }) {
  return (
    <div>
      <h3>{title}</h3>
      {items.some(({ note }) => note) ? (
        <dl className="left-out">
          {items.map(({ what, note }) => (
            <div key={what}>
              <dt>
                <code>{what}</code>
              </dt>
              <dd>{note}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <Names names={items.map(({ what }) => what)} />
      )}
    </div>
  );
}
