import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { ActionRow, type Asking } from './action-row.tsx';
import { Facts } from './facts.tsx';
import { Icon, signs } from './icons.tsx';
import { InlineConfirm } from './inline-confirm.tsx';
import { Notices } from './notices.tsx';
import { Progress } from './progress.tsx';
import type { Situation } from './situation.ts';
import type { StatusSentence, Told } from './status-sentence.ts';
import { Timeline } from './timeline.tsx';
import type { ActionName, Actions } from './use-actions.ts';
import { When } from './when.tsx';
import type { ExportView } from './wire.ts';

interface StateCardProps {
  told: Told;
  situation: Situation;
  sentence: StatusSentence;
  view: ExportView | null;
  actions: Actions;
}

/** The state of things, what can be done about it, and where in its life the export is. */
export function StateCard({ told, situation, sentence, view, actions }: StateCardProps) {
  const { icon, tone } = signs[situation];
  const heading = useRef<HTMLHeadingElement>(null);
  const card = useRef<HTMLElement>(null);
  const { asking, declined, ask, close } = useAsking(situation);
  useKeepFocus(card, heading, situation);

  async function perform(name: ActionName) {
    const hasWorked = await actions.run(name, view);
    if (name === asking) close();
    if (hasWorked && name !== 'download' && name !== 'resend') heading.current?.focus();
  }

  return (
    <section className={`card state ${tone}`} ref={card} aria-labelledby="state">
      <div className="state-body">
        <header className="lead">
          <span className="sign">
            <Icon name={icon} />
          </span>
          <h1 id="state" ref={heading} tabIndex={-1}>
            {sentence.title}
          </h1>
        </header>
        <p className="lead-text">{sentence.text.join(' ')}</p>
        <Notices told={told} view={view} actions={actions} />
        <div className="foot">
          {asking && view ? (
            <Confirm {...{ told, view, asking, actions }} yes={() => perform(asking)} no={close} />
          ) : (
            <>
              <div className="panel">
                {view?.status === 'processing' && <Progress told={told} view={view} />}
                <Facts told={told} situation={situation} view={view} />
              </div>
              <ActionRow {...{ told, view, actions, ask, declined, perform }} />
            </>
          )}
        </div>
      </div>
      <Timeline told={told} situation={situation} view={view} />
    </section>
  );
}

interface ConfirmProps {
  told: Told;
  view: ExportView;
  asking: Asking;
  actions: Actions;
  yes: () => void;
  no: () => void;
}

function Confirm({ told, view, asking, actions, yes, no }: ConfirmProps) {
  const words = told.words.confirm[asking];
  const nextAt = asking === 'delete' ? cooldownEnd(told, view) : null;
  return (
    <InlineConfirm words={words} isBusy={actions.busy === asking} onYes={yes} onNo={no}>
      {nextAt && (
        <>
          {told.words.confirm.delete.nextPossible} <When at={nextAt} />.
        </>
      )}
    </InlineConfirm>
  );
}

/** A question belongs to the state it was asked in: when that changes, it is gone. */
function useAsking(situation: Situation) {
  const [{ asking, declined }, set] = useState<{ asking: Asking | null; declined: Asking | null }>(silent);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the change of the situation is the point
  useEffect(() => set(silent), [situation]);
  return {
    asking,
    declined,
    ask: (name: Asking) => set({ asking: name, declined: null }),
    close: () => set({ asking: null, declined: asking }),
  };
}

const silent = { asking: null, declined: null };

/** When what had the focus goes away with the old state, the focus goes to the new title, not to nowhere. */
function useKeepFocus(
  card: React.RefObject<HTMLElement | null>,
  heading: React.RefObject<HTMLElement | null>,
  situation: Situation,
) {
  const focused = useRef<Element | null>(null);
  useEffect(() => {
    const remember = () => {
      focused.current = document.activeElement;
    };
    const element = card.current;
    element?.addEventListener('focusin', remember);
    return () => element?.removeEventListener('focusin', remember);
  }, [card]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs after a change of the situation only
  useLayoutEffect(() => {
    const isLost = focused.current !== null && !focused.current.isConnected;
    if (isLost && document.activeElement === document.body) heading.current?.focus();
  }, [situation]);
}

/** When the next export will be possible, if the file is deleted now; null without a cooldown or after it. */
function cooldownEnd({ portal, list }: Told, { completedAt }: ExportView): string | null {
  if (!completedAt) return null;
  const endMs = Date.parse(completedAt) + portal.policy.cooldownSeconds * 1000;
  return endMs > Date.parse(list.now) ? new Date(endMs).toISOString() : null;
}
