import { useEffect } from 'react';
import { subjectOf } from './api.ts';
import { ConnectionNote } from './connection-note.tsx';
import { Footer } from './footer.tsx';
import { GoodToKnow } from './good-to-know.tsx';
import { History } from './history.tsx';
import { Included } from './included.tsx';
import { LeftOut } from './left-out.tsx';
import { Masthead } from './masthead.tsx';
import { currentOf, shareDone, situationOf } from './situation.ts';
import { StateCard } from './state-card.tsx';
import { documentTitle, statusSentence, type Told } from './status-sentence.ts';
import { useActions } from './use-actions.ts';
import { useAnnouncement } from './use-announcement.ts';
import type { Exports } from './use-exports.ts';

interface ExportPageProps {
  told: Told;
  exports: Exports;
  onSignedOut: () => void;
  onSignOut: () => void;
}

/** Settings → Data Export: one column, from how things stand to what people ask. */
export function ExportPage({ told, exports, onSignedOut, onSignOut }: ExportPageProps) {
  const view = currentOf(told.list.exports);
  const others = told.list.exports.filter((each) => each !== view);
  const situation = situationOf(view);
  const sentence = statusSentence(told, situation, view);
  const actions = useActions(subjectOf(told.portal), exports, onSignedOut);
  const announcement = useAnnouncement(told, sentence, view, exports.connection);
  const share = view?.status === 'processing' ? shareDone(view) : null;
  const title = documentTitle(told, sentence, share === null ? null : told.formats.percent(share));
  useEffect(() => {
    document.title = title;
  }, [title]);
  const holdsCounts = situation === 'processing' || situation === 'completed';
  return (
    <div className="column">
      <Masthead told={told} />
      <main>
        <p className="place">{told.words.name}</p>
        <StateCard {...{ told, situation, sentence, view, actions }} />
        <Included told={told} view={holdsCounts ? view : null} />
        <LeftOut told={told} />
        <History told={told} exports={others} />
        <GoodToKnow told={told} />
      </main>
      <Footer told={told} onSignOut={onSignOut} />
      <ConnectionNote told={told} connection={exports.connection} />
      <p className="visually-hidden" role="status" aria-live="polite">
        {announcement}
      </p>
    </div>
  );
}
