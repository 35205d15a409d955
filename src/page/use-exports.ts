import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiProblem, eventsUrl, listExports } from './api.ts';
import type { AwayReason } from './away.tsx';
import { currentOf, isActive, needsWorker } from './situation.ts';
import { useEvents } from './use-events.ts';
import type { ExportList, ExportView } from './wire.ts';

export type Connection = 'ok' | 'offline' | 'unreachable';

export interface Exports {
  /** Null until the first answer. */
  list: ExportList | null;
  /** How far the service's clock is ahead of this machine's. */
  skewMs: number;
  connection: Connection;
  refresh(): Promise<void>;
  /** Takes in what an action or an event said of one export. */
  receive(view: ExportView): void;
}

/**
 * The exports of a subject, kept up to date by events, by polling and at every deadline. `onGone` hears when this
 * browser may not see them any more.
 */
export function useExports(subject: string, onGone: (reason: AwayReason) => void): Exports {
  const [list, setList] = useState<ExportList | null>(null);
  const [skewMs, setSkewMs] = useState(0);
  const [connection, setConnection] = useState<Connection>('ok');
  const latest = useRef<{ view: ExportView; atMs: number } | null>(null);

  const refresh = useCallback(async () => {
    const askedAtMs = Date.now();
    try {
      const answer = await listExports(subject);
      const isOvertaken = latest.current !== null && latest.current.atMs > askedAtMs;
      setList(isOvertaken && latest.current ? withView(answer, latest.current.view) : answer);
      setSkewMs(Date.parse(answer.now) - Date.now());
      setConnection('ok');
    } catch (problem) {
      const reason = problem instanceof ApiProblem ? reasons[problem.code] : undefined;
      if (reason) onGone(reason);
      else setConnection(navigator.onLine ? 'unreachable' : 'offline');
    }
  }, [subject, onGone]);

  const receive = useCallback(
    (view: ExportView) => {
      const before = latest.current?.view;
      latest.current = { view, atMs: Date.now() };
      setList((known) => known && withView(known, view));
      if (before?.id !== view.id || before.status !== view.status) void refresh();
    },
    [refresh],
  );

  const current = list && currentOf(list.exports);
  const isStreaming = useEvents(
    current && isActive(current) ? eventsUrl(subject, current.id) : null,
    receive,
  );
  useRefreshing(refresh, pollMs(current, isStreaming, connection));
  useDeadline(refresh, nextDeadline(list), skewMs);
  return { list, skewMs, connection, refresh, receive };
}

const reasons: Record<string, AwayReason> = { unauthenticated: 'signedOut', forbidden: 'otherAccount' };

/** Now, when the page is looked at again, when the network comes and goes, and every `everyMs` while it is looked at. */
function useRefreshing(refresh: () => Promise<void>, everyMs: number): void {
  useEffect(() => void refresh(), [refresh]);
  useEffect(() => {
    const again = () => void (document.hidden || refresh());
    const timer = setInterval(again, everyMs);
    document.addEventListener('visibilitychange', again);
    addEventListener('online', again);
    addEventListener('offline', again);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', again);
      removeEventListener('online', again);
      removeEventListener('offline', again);
    };
  }, [refresh, everyMs]);
}

function pollMs(current: ExportView | null, isStreaming: boolean, connection: Connection): number {
  if (connection !== 'ok') return 3000;
  if (!current || !isActive(current)) return 60_000;
  if (!isStreaming) return 3000;
  return needsWorker(current) || current.status === 'pending' ? 10_000 : 60_000; // workers and mails have no events
}

function useDeadline(refresh: () => Promise<void>, deadline: string | null, skewMs: number): void {
  useEffect(() => {
    if (!deadline) return;
    const waitMs = Date.parse(deadline) - (Date.now() + skewMs) + 500;
    if (waitMs < 0 || waitMs > 86_400_000) return; // setTimeout holds 24 days at most; a day is looked at again anyway
    const timer = setTimeout(() => void refresh(), waitMs);
    return () => clearTimeout(timer);
  }, [refresh, deadline, skewMs]);
}

/** The first instant at which the service will say something else, though nobody did anything. */
function nextDeadline(list: ExportList | null): string | null {
  if (!list) return null;
  const current = currentOf(list.exports);
  const instants = [
    current?.status === 'pending' ? current.confirmBy : null,
    current?.status === 'pending' ? current.mail.resendAvailableAt : null,
    current?.status === 'completed' ? current.expiresAt : null,
    list.request.availableAt,
  ];
  const coming = instants.filter((at) => at !== null && at > list.now).sort();
  return coming[0] ?? null;
}

function withView(list: ExportList, view: ExportView): ExportList {
  const isKnown = list.exports.some(({ id }) => id === view.id);
  const exports = isKnown
    ? list.exports.map((each) => (each.id === view.id ? view : each))
    : [view, ...list.exports];
  return { ...list, exports };
}
