import { useState } from 'react';
import * as api from './api.ts';
import type { Exports } from './use-exports.ts';
import type { ExportView } from './wire.ts';

export type ActionName = 'request' | 'resend' | 'cancel' | 'download' | 'delete';

export interface Actions {
  /** What is under way; one thing at a time. */
  busy: ActionName | null;
  /** Code of what went wrong last, until the next action. */
  problem: string | null;
  hasDownloadStarted: boolean;
  /** Resolves to true when it worked. */
  run(name: ActionName, view: ExportView | null): Promise<boolean>;
}

/** What a person can do here. After each, whatever came of it, the page shows how things stand. */
export function useActions(subject: string, { receive, refresh }: Exports, onSignedOut: () => void): Actions {
  const [busy, setBusy] = useState<ActionName | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [hasDownloadStarted, setDownloadStarted] = useState(false);

  async function run(name: ActionName, view: ExportView | null): Promise<boolean> {
    if (busy) return false;
    setBusy(name);
    setProblem(null);
    setDownloadStarted(false);
    try {
      const changed = await perform(subject, name, view);
      if (changed) receive(changed);
      setDownloadStarted(name === 'download');
      return true;
    } catch (fault) {
      if (!(fault instanceof api.ApiProblem)) throw fault;
      if (fault.code === 'unauthenticated') onSignedOut();
      else setProblem(fault.code);
      await refresh();
      return false;
    } finally {
      setBusy(null);
    }
  }

  return { busy, problem, hasDownloadStarted, run };
}

/** The export as it is afterwards; null when nothing of it changed yet. */
async function perform(
  subject: string,
  name: ActionName,
  view: ExportView | null,
): Promise<ExportView | null> {
  if (name === 'request') return api.requestExport(subject);
  if (!view) return null;
  if (name === 'resend') return api.resendConfirmation(subject, view.id);
  if (name === 'cancel') return api.cancelExport(subject, view.id);
  if (name === 'delete') return api.deleteArchive(subject, view.id);
  const { url } = await api.createDownloadLink(subject, view.id);
  location.assign(url); // an attachment: the page stays
  return null;
}
