import { Disclosure, Names } from './disclosure.tsx';
import type { Told } from './status-sentence.ts';
import type { Category, ExportView } from './wire.ts';

/** Every category with its fields; with its count, as soon as the export has one. */
export function Included({ told, view }: { told: Told; view: ExportView | null }) {
  const { words, portal } = told;
  return (
    <section className="section" aria-labelledby="included">
      <h2 id="included">{words.included.title}</h2>
      <p className="section-text">{words.included.text}</p>
      <div className="rows">
        {portal.categories.map((category) => (
          <CategoryRow key={category.name} told={told} category={category} view={view} />
        ))}
      </div>
    </section>
  );
}

function CategoryRow({ told, category, view }: { told: Told; category: Category; view: ExportView | null }) {
  const { words, formats } = told;
  const count = view?.categories.find(({ name }) => name === category.name);
  const records = count && formats.count(count.rows, words.facts.records);
  return (
    <Disclosure title={category.title} text={category.description} number={records}>
      <h3>{words.included.fields}</h3>
      <Names names={category.fields} />
      {count && count.bytes > 0 && records && (
        <p className="row-text">{words.included.sizeOf(records, formats.bytes(count.bytes))}</p>
      )}
      {category.leftOut.length > 0 && (
        <>
          <h3>{words.included.leftOut}</h3>
          <dl className="left-out">
            {category.leftOut.map(({ what, reason, note }) => (
              <div key={what}>
                <dt>
                  <code>{what}</code>
                </dt>
                <dd>{note ?? words.leftOut.reasons[reason].title}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {category.rowsLeftOut && (
        <>
          <h3>{words.included.rowsLeftOut}</h3>
          <p>{category.rowsLeftOut}</p>
        </>
      )}
    </Disclosure>
  );
}
