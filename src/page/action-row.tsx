import { useId } from 'react';
import { manifestUrl } from './api.ts';
import { Button } from './button.tsx';
import { isActive } from './situation.ts';
import type { Told } from './status-sentence.ts';
import type { ActionName, Actions } from './use-actions.ts';
import { When } from './when.tsx';
import type { ExportView } from './wire.ts';

/** What has to be asked back before it is done. */
export type Asking = 'cancel' | 'delete';

interface ActionRowProps {
  told: Told;
  view: ExportView | null;
  actions: Actions;
  perform: (name: ActionName) => void;
  ask: (name: Asking) => void;
  /** The question that was just answered with no: the focus goes back to where it was asked. */
  declined: Asking | null;
}

/** The one obvious next step, and beside it the ways out. */
export function ActionRow(props: ActionRowProps) {
  const { view } = props;
  if (!view || !isActive(view)) return <RequestActions {...props} />;
  if (view.status === 'pending') return <PendingActions {...props} view={view} />;
  if (view.status === 'completed') return <DownloadActions {...props} view={view} />;
  return (
    <div className="actions">
      <CancelButton {...props} look="plain" />
    </div>
  );
}

function RequestActions({ told, view, actions, perform }: ActionRowProps) {
  const { words, formats, portal, list } = told;
  const id = useId();
  const isWaiting = !list.request.allowed;
  const isBusy = actions.busy === 'request';
  const label = view ? words.actions.requestAgain : words.actions.request;
  return (
    <div className="actions">
      <Button
        look="primary"
        isBusy={isBusy}
        whyNot={isWaiting ? id : undefined}
        onPress={() => perform('request')}
      >
        {isBusy ? words.actions.requesting : label}
      </Button>
      {isWaiting && list.request.availableAt && (
        <p id={id} className="hint">
          {words.actions.waitUntil(formats.duration(portal.policy.cooldownSeconds))}{' '}
          <When at={list.request.availableAt} />
        </p>
      )}
    </div>
  );
}

function PendingActions(props: ActionRowProps & { view: ExportView }) {
  const { told, view, actions, perform } = props;
  const { words, list } = told;
  const id = useId();
  const again = view.mail.resendAvailableAt;
  const isWaiting = again !== null && again > list.now;
  const isBusy = actions.busy === 'resend';
  return (
    <div className="actions">
      <Button
        look="plain"
        isBusy={isBusy}
        whyNot={isWaiting ? id : undefined}
        onPress={() => perform('resend')}
      >
        {isBusy ? words.actions.resending : words.actions.resend}
      </Button>
      <CancelButton {...props} look="quiet" />
      {isWaiting && (
        <p id={id} className="hint">
          {words.actions.resendWait} <When at={again} />
        </p>
      )}
    </div>
  );
}

function DownloadActions({
  told,
  view,
  actions,
  perform,
  ask,
  declined,
}: ActionRowProps & { view: ExportView }) {
  const { words, formats } = told;
  const isBusy = actions.busy === 'download';
  const size = view.file ? ` (${formats.bytes(view.file.bytes)})` : '';
  return (
    <div className="actions">
      <Button look="primary" isBusy={isBusy} onPress={() => perform('download')}>
        {isBusy ? words.actions.preparing : words.actions.download + size}
      </Button>
      {view.manifest === 'ready' && (
        <a className="button quiet" href={manifestUrl(view.id)} download title={words.actions.manifestTitle}>
          {words.actions.manifest}
        </a>
      )}
      <Button look="quiet" takesFocus={declined === 'delete'} onPress={() => ask('delete')}>
        {words.actions.delete}
      </Button>
    </div>
  );
}

function CancelButton({ told, ask, declined, look }: ActionRowProps & { look: 'plain' | 'quiet' }) {
  return (
    <Button look={look} takesFocus={declined === 'cancel'} onPress={() => ask('cancel')}>
      {told.words.actions.cancel}
    </Button>
  );
}
