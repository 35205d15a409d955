import { useEffect, useEffectEvent, useState } from 'react';
import type { ExportView } from './wire.ts';

/** Pause before a stream is opened anew that the browser gave up; the list is polled meanwhile. */
const reopenMs = 10_000;

/** Follows what is told at `url` of one export for as long as it stays; true while the stream is open. */
export function useEvents(url: string | null, onExport: (view: ExportView) => void): boolean {
  const [isOpen, setOpen] = useState(false);
  const receive = useEffectEvent(onExport);
  useEffect(() => {
    if (!url) return;
    const stream = openStream(url, setOpen, (view) => receive(view));
    return () => {
      stream.close();
      setOpen(false);
    };
  }, [url]);
  return isOpen;
}

function openStream(url: string, setOpen: (isOpen: boolean) => void, receive: (view: ExportView) => void) {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    source = new EventSource(url);
    source.addEventListener('open', () => setOpen(true));
    source.addEventListener('export', ({ data }: MessageEvent<string>) => receive(JSON.parse(data)));
    source.addEventListener('error', () => {
      setOpen(false);
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, reopenMs);
    });
  };
  open();
  return {
    close() {
      clearTimeout(timer);
      source.close();
    },
  };
}
