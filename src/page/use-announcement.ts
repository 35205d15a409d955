import { useEffect, useRef, useState } from 'react';
import { shareDone } from './situation.ts';
import type { StatusSentence, Told } from './status-sentence.ts';
import type { Connection } from './use-exports.ts';
import type { ExportView } from './wire.ts';

/**
 * What a screen reader is told when something changed by itself or by a button: a new state, every quarter of the
 * progress, a lost and a regained connection. Empty at first, since the page itself is read then.
 */
export function useAnnouncement(
  { words, formats }: Told,
  sentence: StatusSentence,
  view: ExportView | null,
  connection: Connection,
): string {
  const [said, say] = useState('');
  const quarter = view?.status === 'processing' ? Math.floor((shareDone(view) ?? 0) * 4) : 0;
  const now = { status: `${view?.id} ${view?.status}`, quarter, connection };
  const before = useRef(now);
  useEffect(() => {
    const was = before.current;
    before.current = now;
    if (was.status !== now.status) say([sentence.title, ...sentence.text].join(' '));
    else if (was.quarter < now.quarter) say(words.announce.progress(formats.percent(now.quarter / 4)));
    else if (was.connection !== now.connection) say(words.announce[connectionWord(now.connection)]);
  });
  return said;
}

function connectionWord(connection: Connection) {
  return connection === 'ok' ? 'back' : connection;
}
