import type { ReactNode } from 'react';
import { Icon } from './icons.tsx';
import { needsWorker } from './situation.ts';
import type { Told } from './status-sentence.ts';
import type { Actions } from './use-actions.ts';
import { When } from './when.tsx';
import type { ExportView } from './wire.ts';

/** What is out of the ordinary, and what came of the last thing the person did. */
export function Notices({ told, view, actions }: { told: Told; view: ExportView | null; actions: Actions }) {
  const { words } = told;
  const problems: Record<string, string | undefined> = words.problems;
  return (
    <>
      {view && needsWorker(view) && told.list.workers.alive === 0 && <NoWorker told={told} />}
      {view && view.mail.state === 'failing' && view.mail.kind && (
        <MailFailing told={told} kind={view.mail.kind} lastError={view.mail.lastError} />
      )}
      {view && view.status === 'completed' && view.gaps.length > 0 && <Gaps told={told} gaps={view.gaps} />}
      {view && view.status === 'completed' && view.manifest === 'damaged' && (
        <Notice tone="bad">
          <strong>{words.notices.damaged.title}</strong> {words.notices.damaged.text}
        </Notice>
      )}
      {actions.problem && (
        <Notice tone="bad" isAlert>
          {problems[actions.problem] ?? words.problems.other}
        </Notice>
      )}
      {actions.hasDownloadStarted && (
        <Notice tone="good" isAlert>
          {words.actions.downloadStarted}
        </Notice>
      )}
    </>
  );
}

function NoWorker({ told: { words, portal, list } }: { told: Told }) {
  const { title, text, lastSeen } = words.notices.noWorker;
  return (
    <Notice tone="warn">
      <strong>{title}</strong> {text(portal.product.name)}
      {list.workers.lastSeenAt && (
        <>
          {' '}
          {lastSeen} <When at={list.workers.lastSeenAt} />.
        </>
      )}
    </Notice>
  );
}

/** A category by the name that the page gives it. */
function Gaps({ told: { words, formats, portal }, gaps }: { told: Told; gaps: ExportView['gaps'] }) {
  const { title, text, missing, tooMany } = words.notices.gaps;
  const lines = gaps.map(({ category, rowsFailed }) => ({
    category,
    name: portal.categories.find(({ name }) => name === category)?.title ?? category,
    count: formats.count(Math.abs(rowsFailed), words.facts.records),
    say: rowsFailed > 0 ? missing : tooMany,
  }));
  return (
    <Notice tone="warn">
      <strong>{title}</strong> {text(portal.product.name)}
      <ul className="notice-list">
        {lines.map(({ category, name, count, say }) => (
          <li key={category}>{say(name, count)}</li>
        ))}
      </ul>
    </Notice>
  );
}

function MailFailing({ told, kind, lastError }: { told: Told; kind: MailKind; lastError: string | null }) {
  const { mail } = told.words.notices;
  return (
    <Notice tone="warn">
      {mail[kind]}
      {lastError && (
        <details className="notice-details">
          <summary>{mail.details}</summary>
          <code>{lastError}</code>
        </details>
      )}
    </Notice>
  );
}

type MailKind = NonNullable<ExportView['mail']['kind']>;

function Notice(props: { tone: 'warn' | 'bad' | 'good'; isAlert?: boolean; children: ReactNode }) {
  return (
    <div className={`notice ${props.tone}`} role={props.isAlert ? 'alert' : undefined}>
      <Icon name={props.tone === 'good' ? 'check' : 'alert'} />
      <div>{props.children}</div>
    </div>
  );
}
