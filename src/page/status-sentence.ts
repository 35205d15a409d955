import type { PageWords } from '../language/en/page.ts';
import { failureWords } from '../language/failures.ts';
import type { Language } from '../language/language.ts';
import type { Formats } from './formats.ts';
import { needsWorker, type Situation } from './situation.ts';
import type { ExportList, ExportView, Portal } from './wire.ts';

export interface Told {
  language: Language;
  words: PageWords;
  formats: Formats;
  portal: Portal;
  list: ExportList;
}

/** The state of things: a title, and sentences that say what it means and what comes next. */
export interface StatusSentence {
  title: string;
  text: string[];
}

export function statusSentence(told: Told, situation: Situation, view: ExportView | null): StatusSentence {
  const { state } = told.words;
  const waiting = view !== null && needsWorker(view) && told.list.workers.alive === 0;
  switch (situation) {
    case 'idle':
      return { title: state.idle.title, text: idleText(told) };
    case 'pending':
      return { title: state.pending.title, text: pendingText(told, view) };
    case 'confirmed':
    case 'processing': {
      const { title, titleWaiting, text, textWaiting } = state[situation];
      const mailComes = view ? [state.mailWhenReady(view.requestedBy.email)] : [];
      return waiting
        ? { title: titleWaiting, text: [textWaiting, ...mailComes] }
        : { title, text: [text, ...mailComes] };
    }
    case 'completed': {
      const { title, titleWithGaps, text } = state.completed;
      const hasGaps = view !== null && view.gaps.length > 0;
      return { title: hasGaps ? titleWithGaps : title, text: [text(told.portal.product.name)] };
    }
    case 'expired':
    case 'lapsed': {
      const { title, text } = state[situation];
      return { title, text: [...(view ? [text(windowOf(told, view))] : []), ...next(told)] };
    }
    case 'failed':
      return { title: state.failed.title, text: failedText(told, view) };
    case 'deleted':
    case 'cancelled':
      return { title: state[situation].title, text: [state[situation].text, ...next(told)] };
  }
}

/** What the title bar says: the progress where there is one, else the title without its full stop. */
export function documentTitle(told: Told, sentence: StatusSentence, percent: string | null): string {
  const state = percent === null ? sentence.title.replace(/\.$/, '') : `${percent} · ${told.words.name}`;
  return told.words.titleOf(state, told.portal.product.name);
}

/** A person by name, or by e-mail when the product gave no name. */
export function nameOf(person: { name: string | null; email: string }): string {
  return person.name || person.email;
}

function idleText({ words, portal }: Told): string[] {
  const { text, confirmFirst } = words.state.idle;
  return [text(portal.product.name), ...(portal.policy.confirmByEmail ? [confirmFirst] : [])];
}

function pendingText({ words, portal }: Told, view: ExportView | null): string[] {
  if (!view) return [];
  const { sent, queued, byOther, text } = words.state.pending;
  const { requestedBy, mail } = view;
  return [
    ...(requestedBy.id === portal.user.id ? [] : [byOther(nameOf(requestedBy))]),
    (mail.state === 'sent' ? sent : queued)(requestedBy.email),
    text,
  ];
}

function failedText({ words, language, list }: Told, view: ExportView | null): string[] {
  const why = failureWords(view?.failure?.code ?? '', language);
  return [why, ...(list.request.allowed ? [words.state.failed.noWait] : [])];
}

/** Only said when it is true: during the cooldown the button says when it will be. */
function next({ words, list }: Told): string[] {
  return list.request.allowed ? [words.state.next] : [];
}

/** How long the file could be downloaded or, without one, the export be confirmed: by the policy of that time. */
function windowOf({ formats }: Told, view: ExportView): string {
  const { completedAt, expiresAt, requestedAt, confirmBy } = view;
  const [from, to] = completedAt ? [completedAt, expiresAt] : [requestedAt, confirmBy];
  return formats.duration((Date.parse(to ?? from) - Date.parse(from)) / 1000);
}
