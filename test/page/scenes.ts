import type { ExportList, ExportView, Portal } from '../../src/page/wire.ts';
import { voicePortal } from './voice-portal.ts';

/** What the service says at one moment: the states that are rare or short in real life, to look at and to test. */
export interface Scene {
  portal: Portal;
  list: ExportList;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** All scenes, by name, measured from now. */
export function scenes(): Record<SceneName, Scene> {
  const rosa = voicePortal.user;
  const other = { id: 'u2', email: 'alexandre.fraga6@example.org', name: 'Alexandre Fraga' };
  const noMail = { ...voicePortal, policy: { ...voicePortal.policy, confirmByEmail: false } };
  return {
    idle: scene(null),
    idleWithoutMail: scene(null, { portal: noMail }),
    pending: scene(pending({})),
    pendingResendSoon: scene(
      pending({ mail: mail({ state: 'sent', kind: 'confirmation', resendAvailableAt: ago(-45 * second) }) }),
    ),
    pendingByOther: scene(
      pending({ requestedBy: other, mail: mail({ state: 'queued', kind: 'confirmation' }) }),
    ),
    pendingMailFailing: scene(
      pending({
        mail: mail({ state: 'failing', kind: 'confirmation', lastError: '451 4.3.0 Try again later' }),
      }),
    ),
    confirmed: scene(confirmed({})),
    confirmedNoWorker: scene(confirmed({}), { workers: { alive: 0, lastSeenAt: ago(12 * minute) } }),
    processing: scene(processing(14_210, 34_818)),
    processingUnknown: scene(processing(14_210, null)),
    processingMoreThanExpected: scene(processing(35_420, 34_818)),
    processingNoWorker: scene(processing(14_210, 34_818), {
      workers: { alive: 0, lastSeenAt: ago(3 * minute) },
    }),
    processingWithoutMail: scene(processing(14_210, 34_818), { portal: noMail }),
    completed: scene(completed({})),
    completedDownloaded: scene(completed({ downloads: 2, requestedBy: other })),
    completedMailFailing: scene(
      completed({ mail: mail({ state: 'failing', kind: 'ready', lastError: 'connect ECONNREFUSED' }) }),
    ),
    completedWithGaps: scene(completed({ gaps })),
    completedDamaged: scene(completed({ manifest: 'damaged' })),
    expired: scene(expired({}), { withHistory: true }),
    deleted: scene(expired({ endedAt: ago(30 * hour), downloads: 1 })),
    cooldown: scene(
      expired({ endedAt: ago(20 * minute), expiresAt: ago(-18 * hour), completedAt: ago(6 * hour) }),
      {
        request: { allowed: false, code: 'export_cooldown', availableAt: ago(-18 * hour) },
      },
    ),
    lapsed: scene(
      pending({
        status: 'expired',
        requestedAt: ago(26 * hour),
        confirmBy: ago(2 * hour),
        endedAt: ago(2 * hour),
      }),
    ),
    failed: scene(
      processing(14_210, 34_818, {
        status: 'failed',
        requestedAt: ago(14 * minute),
        confirmedAt: ago(12 * minute),
        endedAt: ago(3 * minute),
        failure: { code: 'source_unavailable', message: 'The source database cannot be reached.' },
      }),
    ),
    cancelled: scene(
      processing(14_210, 34_818, {
        status: 'cancelled',
        requestedAt: ago(9 * minute),
        endedAt: ago(4 * minute),
      }),
    ),
  };

  function pending(changes: Partial<ExportView>): ExportView {
    return { ...blank(), requestedAt: ago(2 * minute), confirmBy: ago(2 * minute - day), ...changes };
  }
  function confirmed(changes: Partial<ExportView>): ExportView {
    return { ...pending({ mail: mail({}) }), status: 'confirmed', confirmedAt: ago(70 * second), ...changes };
  }
  function processing(rowsDone: number, rowsEstimated: number | null, changes: Partial<ExportView> = {}) {
    return confirmed({
      status: 'processing',
      startedAt: ago(68 * second),
      progress: { rowsDone, rowsEstimated, bytes: rowsDone * 342 },
      categories: counts(0.4),
      ...changes,
    });
  }
  function completed(changes: Partial<ExportView>): ExportView {
    return processing(34_911, 34_818, {
      status: 'completed',
      requestedAt: ago(34 * minute),
      confirmedAt: ago(31 * minute),
      startedAt: ago(31 * minute),
      completedAt: ago(29 * minute),
      expiresAt: ago(29 * minute - day),
      categories: counts(1),
      file: { name: 'voicebox-export-2026-11-21.json', bytes: 12_938_112 },
      mail: mail({ state: 'sent', kind: 'ready' }),
      manifest: 'ready',
      ...changes,
    });
  }
  function expired(changes: Partial<ExportView>): ExportView {
    const window = {
      confirmedAt: ago(49.8 * hour),
      completedAt: ago(49 * hour),
      expiresAt: ago(25 * hour),
      endedAt: ago(25 * hour),
    };
    return completed({ status: 'expired', requestedAt: ago(50 * hour), file: null, ...window, ...changes });
  }
  function blank(): ExportView {
    return {
      id: '7d0d0f2c-5a0c-4f0a-9f57-1b1f3c9be3a1',
      kind: 'account',
      accountId: voicePortal.account.id,
      status: 'pending',
      requestedAt: ago(0),
      ...{
        confirmBy: null,
        confirmedAt: null,
        startedAt: null,
        completedAt: null,
        expiresAt: null,
        endedAt: null,
      },
      requestedBy: rosa,
      progress: { rowsDone: 0, rowsEstimated: null, bytes: 0 },
      failure: null,
      categories: [],
      file: null,
      mail: mail({ state: 'sent', kind: 'confirmation' }),
      downloads: 0,
      gaps: [],
      manifest: 'none',
    };
  }
  function scene(
    view: ExportView | null,
    changes: Partial<ExportList & { portal: Portal; withHistory: boolean }> = {},
  ) {
    const { portal = voicePortal, withHistory, ...rest } = changes;
    const isActive =
      view !== null && ['pending', 'confirmed', 'processing', 'completed'].includes(view.status);
    const list: ExportList = {
      exports: [...(view ? [view] : []), ...(withHistory ? history() : [])],
      request: { allowed: !isActive, code: isActive ? 'export_active' : null, availableAt: null },
      workers: { alive: 2, lastSeenAt: ago(second) },
      now: ago(0),
      ...rest,
    };
    return { portal, list };
  }
  /** One of each ending, and more than are shown at first. */
  function history(): ExportView[] {
    const endings = [
      expired({ downloads: 3, requestedBy: other }),
      expired({ endedAt: ago(40 * hour), downloads: 1 }),
      pending({ status: 'expired', endedAt: ago(0) }),
      processing(120, 34_818, { status: 'failed', endedAt: ago(0), failure: { code: 'x', message: 'x' } }),
      pending({ status: 'cancelled', endedAt: ago(0) }),
      expired({}),
      expired({ downloads: 1 }),
    ];
    return endings.map((view, index) => ({
      ...view,
      id: `earlier-${index}`,
      requestedAt: ago((index + 1) * 33 * day),
    }));
  }
}

export type SceneName =
  | 'idle'
  | 'idleWithoutMail'
  | 'pending'
  | 'pendingResendSoon'
  | 'pendingByOther'
  | 'pendingMailFailing'
  | 'confirmed'
  | 'confirmedNoWorker'
  | 'processing'
  | 'processingUnknown'
  | 'processingMoreThanExpected'
  | 'processingNoWorker'
  | 'processingWithoutMail'
  | 'completed'
  | 'completedDownloaded'
  | 'completedMailFailing'
  | 'completedWithGaps'
  | 'completedDamaged'
  | 'expired'
  | 'deleted'
  | 'cooldown'
  | 'lapsed'
  | 'failed'
  | 'cancelled';

/** An instant that lies this long back; ahead when negative. */
export function ago(ms: number): string {
  return new Date(Date.now() - ms).toISOString();
}

function mail(changes: Partial<ExportView['mail']>): ExportView['mail'] {
  return { state: 'none', kind: null, lastError: null, resendAvailableAt: null, ...changes };
}

/** Rows and bytes of each category, at a share of the whole. */
const gaps: ExportView['gaps'] = [
  { category: 'calls', rowsInScope: 24_403, rowsLeftOut: 0, rowsExported: 24_391, rowsFailed: 12 },
  { category: 'flows', rowsInScope: 36, rowsLeftOut: 0, rowsExported: 37, rowsFailed: -1 },
];

function counts(share: number): ExportView['categories'] {
  const rows = {
    account: 1,
    users: 8,
    contacts: 10_127,
    calls: 24_391,
    flows: 37,
    phoneNumbers: 11,
    voipProviders: 3,
    callSchedules: 130,
    campaigns: 50,
    charges: 50,
    balanceTransactions: 50,
    notifications: 53,
  };
  return Object.entries(rows).map(([name, count]) => ({
    name,
    rows: Math.ceil(count * share),
    bytes: Math.ceil(count * share) * 370,
  }));
}
