import type { ReactNode } from 'react';
import { rowsOf, type Situation } from './situation.ts';
import { nameOf, type Told } from './status-sentence.ts';
import { When } from './when.tsx';
import type { ExportView } from './wire.ts';

type Fact = [label: string, value: ReactNode];

/** Three facts in every state, so that the panel keeps its height and the page stays where it is. */
export function Facts({
  told,
  situation,
  view,
}: {
  told: Told;
  situation: Situation;
  view: ExportView | null;
}) {
  const facts = view ? factsOf(told, situation, view) : idleFacts(told);
  return (
    <dl className="facts">
      {facts.map(([label, value]) => (
        <div key={label} className="fact">
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function idleFacts({ words, formats, portal }: Told): Fact[] {
  const { facts } = words;
  return [
    [facts.format, facts.formatValue],
    [facts.contains, formats.count(portal.categories.length, facts.categories)],
    [facts.available, formats.duration(portal.policy.downloadWindowSeconds)],
  ];
}

function factsOf(told: Told, situation: Situation, view: ExportView): Fact[] {
  const { facts } = told.words;
  switch (situation) {
    case 'pending':
      return [
        [facts.sentTo, <Address key="to" email={view.requestedBy.email} />],
        time(facts.linkExpires, view.confirmBy),
        requested(told, view),
      ];
    case 'confirmed': {
      const isWaiting = told.list.workers.alive === 0;
      const starts: Fact = [facts.starts, isWaiting ? facts.startsWithWorker : facts.startsItself];
      return [starts, time(facts.confirmed, view.confirmedAt), requestedBy(told, view)];
    }
    case 'processing':
      return [
        [facts.collected, told.formats.bytes(view.progress.bytes)],
        time(facts.started, view.startedAt),
        requestedBy(told, view),
      ];
    case 'completed':
      return [fileFact(told, view), records(told, view), time(facts.deletion, view.expiresAt)];
    case 'expired':
    case 'deleted':
      return [
        records(told, view),
        downloads(told, view),
        time(facts.deletedAt, view.endedAt ?? view.expiresAt),
      ];
    case 'lapsed':
      return [
        [facts.sentTo, <Address key="to" email={view.requestedBy.email} />],
        requested(told, view),
        time(facts.expired, view.endedAt),
      ];
    case 'failed': {
      const reference: Fact = [facts.reference, <code key="id">{view.id}</code>];
      return [time(facts.stopped, view.endedAt), requested(told, view), reference];
    }
    default:
      return [time(facts.cancelled, view.endedAt), requested(told, view), requestedBy(told, view)];
  }
}

/** Breaks after the @ rather than anywhere. */
function Address({ email }: { email: string }) {
  const at = email.lastIndexOf('@') + 1;
  return (
    <>
      {email.slice(0, at)}
      <wbr />
      {email.slice(at)}
    </>
  );
}

function fileFact({ words, formats }: Told, { file, progress }: ExportView): Fact {
  return [words.facts.file, formats.bytes(file?.bytes ?? progress.bytes)];
}

function records({ words, formats }: Told, view: ExportView): Fact {
  return [words.facts.contains, formats.count(rowsOf(view), words.facts.records)];
}

function downloads({ words, formats }: Told, view: ExportView): Fact {
  const { downloaded, downloads, never } = words.facts;
  return [downloaded, view.downloads ? formats.count(view.downloads, downloads) : never];
}

function requested({ words }: Told, view: ExportView): Fact {
  return time(words.facts.requested, view.requestedAt);
}

function requestedBy({ words }: Told, view: ExportView): Fact {
  return [words.facts.requestedBy, nameOf(view.requestedBy)];
}

function time(label: string, at: string | null): Fact {
  return [label, at ? <When key={label} at={at} /> : '–'];
}
