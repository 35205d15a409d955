import { useState } from 'react';
import { Button } from './button.tsx';
import { rowsOf, situationOf } from './situation.ts';
import { nameOf, type Told } from './status-sentence.ts';
import type { ExportView } from './wire.ts';

const shownAtFirst = 5;

/** The exports before the one at the top of the page: when, what became of it, who asked. */
export function History({ told, exports }: { told: Told; exports: ExportView[] }) {
  const { words, formats } = told;
  const [isWhole, showWhole] = useState(false);
  const shown = isWhole ? exports : exports.slice(0, shownAtFirst);
  return (
    <section className="section" aria-labelledby="history">
      <h2 id="history">{words.history.title}</h2>
      {exports.length === 0 && <p className="section-text">{words.history.none}</p>}
      {exports.length > 0 && (
        <ul className="rows">
          {shown.map((view) => (
            <HistoryRow key={view.id} told={told} view={view} />
          ))}
        </ul>
      )}
      {shown.length < exports.length && (
        <Button look="quiet" onPress={() => showWhole(true)}>
          {words.history.showAll(formats.number(exports.length))}
        </Button>
      )}
    </section>
  );
}

function HistoryRow({ told, view }: { told: Told; view: ExportView }) {
  const { words, formats } = told;
  const hadFile = view.completedAt !== null;
  return (
    <li className="row">
      <span className="row-words">
        <time className="row-title" dateTime={view.requestedAt} title={formats.instant(view.requestedAt)}>
          {formats.day(view.requestedAt)}
        </time>
        <span className="row-text">
          {outcome(told, view)}
          {view.gaps.length > 0 && ` · ${words.history.withGaps}`}
        </span>
        <span className="row-text">{words.history.by(nameOf(view.requestedBy))}</span>
      </span>
      {hadFile && (
        <span className="row-number">
          {formats.count(rowsOf(view), words.facts.records)}
          <br />
          {formats.bytes(view.progress.bytes)}
        </span>
      )}
    </li>
  );
}

function outcome({ words, formats }: Told, view: ExportView): string {
  const { history, facts } = words;
  const downloads = formats.count(view.downloads, facts.downloads);
  switch (situationOf(view)) {
    case 'expired':
      return view.downloads ? history.expired(downloads) : history.expiredNever;
    case 'deleted':
      return view.downloads ? history.deleted(downloads) : history.deletedNever;
    case 'lapsed':
      return history.lapsed;
    case 'failed':
      return history.failed;
    case 'cancelled':
      return history.cancelled;
    default:
      return history.other;
  }
}
