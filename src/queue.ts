import { PGlite } from '@electric-sql/pglite';
import { fromPglite, type JobWithMetadata, PgBoss, type Queue as QueueSettings } from 'pg-boss';
import type { Database, Session } from './database.ts';
import { PreparingClient } from './prepared-statements.ts';

/**
 * The job queue: pg-boss, on the same database as the exports, so that a job is enqueued in the transaction that
 * changes an export. A job says what is to be looked at, never what is to be done: running one twice does no harm.
 */
export interface Queue {
  /** Enqueues within a transaction (or on its own with null). A job that is already waiting or running under the same key is not doubled. */
  send<Name extends JobName>(
    session: Session | null,
    name: Name,
    data: Jobs[Name],
    options?: JobOptions,
  ): Promise<void>;
  /** The same for many jobs at once, by one statement. */
  sendMany<Name extends JobName>(
    session: Session | null,
    name: Name,
    jobs: (JobOptions & { data: Jobs[Name] })[],
  ): Promise<void>;
  /** Starts to take jobs. */
  work(handlers: Handlers, concurrency: Partial<Record<JobName, number>>): Promise<void>;
  /** Lets running jobs finish for `graceMs`, then aborts them; what was aborted is handed back to be retried. */
  stop(graceMs: number): Promise<void>;
}

export interface JobOptions {
  key?: string;
  startAfter?: Date;
  retries?: number;
  /** Higher ones are taken first, then older ones. Default 0. */
  priority?: number;
  /** Jobs of one group never take all the workers of a process. */
  group?: string;
}

export interface Jobs {
  'process-export': { exportId: string };
  'build-part': { exportId: string; attempt: number; number: number; snapshotId: string };
  'prove-archive': { exportId: string };
  /** Here and for webhooks the export's id is only for traces; the sweep sends none. */
  'send-mail': { mailId: string; exportId?: string };
  'remove-archive': { exportId: string };
  'send-webhook': { deliveryId: string; exportId?: string };
  sweep: object;
  /** Where `process-export` jobs end that used up their retries, also when their worker was killed. */
  'give-up': { exportId: string };
  /** The same for `build-part`. */
  'give-up-part': { exportId: string; attempt: number; number: number };
}
export type JobName = keyof Jobs;

export interface RunningJob<Name extends JobName = JobName> {
  data: Jobs[Name];
  id: string;
  /** How often this job was run before, to whatever end. */
  earlierRuns: number;
  /** The queue of the job whose last worker went silent, if that is why it is run now; else null. */
  abandonedQueue: string | null;
  /** Aborted when the process stops, or when this worker lost the job to another. */
  signal: AbortSignal;
  /** True when a fault now would be the last. */
  isLastTry: boolean;
}
export type Handlers = { [Name in JobName]: (job: RunningJob<Name>) => Promise<void> };

/** Seconds without a heartbeat after which a job is taken from its worker. pg-boss allows no less. */
export const LEASE_SECONDS = 10;
/** How often lapsed leases are looked for, and then the jobs that they freed: a dead worker is replaced within the sum. */
const SUPERVISE_SECONDS = 5;
const SCHEMA = 'handover_queue';
const HOUR = 3600;

/** The heartbeat tells the living from the dead; expiry only bounds what the heartbeat cannot see. */
const lease = { heartbeatSeconds: LEASE_SECONDS };
/** For what must happen in the end: ten minutes apart at most, for more than a day. */
const patient = { ...lease, retryLimit: 200, retryDelay: 5, retryBackoff: true, retryDelayMax: 600 };

const queues: Record<JobName, Omit<QueueSettings, 'name'>> = {
  'give-up': patient,
  'give-up-part': patient,
  'process-export': {
    policy: 'exclusive',
    ...lease,
    expireInSeconds: 23 * HOUR,
    retryDelay: 2,
    retryBackoff: true,
    retryDelayMax: 300,
    deadLetter: 'give-up',
  },
  'build-part': {
    policy: 'exclusive',
    ...lease,
    expireInSeconds: 6 * HOUR,
    retryLimit: 3,
    retryDelay: 1,
    retryBackoff: true,
    deadLetter: 'give-up-part',
  },
  'send-mail': {
    policy: 'exclusive',
    // Longer than the mailer waits for a server: a send that is cut off here would go out twice.
    expireInSeconds: 180,
    ...patient,
  },
  // As long as a part: it reads all of them.
  'prove-archive': { policy: 'exclusive', expireInSeconds: 6 * HOUR, ...patient },
  'remove-archive': { policy: 'exclusive', expireInSeconds: HOUR, ...patient },
  // 14 tries with growing pauses: about a day.
  'send-webhook': {
    policy: 'exclusive',
    ...lease,
    expireInSeconds: 60,
    retryLimit: 14,
    retryDelay: 10,
    retryBackoff: true,
    retryDelayMax: 3 * HOUR,
  },
  sweep: { policy: 'exclusive', ...lease, expireInSeconds: 300, retryLimit: 0 },
};

/** Starts the queue: its tables are made or brought up to date. `onError` hears of faults that hit no caller. */
export async function startQueue(
  db: Database,
  databaseUrl: string | null,
  onError: (error: unknown) => void,
): Promise<Queue> {
  const searchPath = await makeMissingFunction(db);
  const boss = new PgBoss({
    ...connection(db, databaseUrl),
    ...(searchPath && { options: `-c search_path=${searchPath}` }),
    schema: SCHEMA,
    useListenNotify: true,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
  });
  boss.on('error', onError);
  await boss.start();
  for (const [name, settings] of Object.entries(queues)) {
    const { policy, ...changeable } = settings;
    await boss.createQueue(name, { ...settings, notify: true });
    // A queue that an earlier version made keeps its settings otherwise.
    await boss.updateQueue(name, { ...changeable, notify: true });
    // Makes pg-boss learn the queue now: learnt within a transaction of ours, on the only session of PGlite, it would
    // wait for that transaction to end.
    await boss.findJobs(name, { key: '' });
  }
  if (db.kind === 'pglite') await reclaimJobs(db, boss);

  const sendMany: Queue['sendMany'] = async (session, name, jobs) => {
    if (session && searchPath) await session.script(`set local search_path = ${searchPath}`);
    await boss.insert(
      name,
      jobs.map((job) => ({
        data: job.data,
        ...(job.key && { singletonKey: job.key }),
        ...(job.startAfter && { startAfter: job.startAfter }),
        ...(job.retries !== undefined && { retryLimit: job.retries }),
        ...(job.priority !== undefined && { priority: job.priority }),
        ...(job.group && { group: { id: job.group } }),
      })),
      session ? { db: bossSession(session) } : {},
    );
  };
  let hastening: NodeJS.Timeout | undefined;
  let looking: NodeJS.Timeout | undefined;
  return {
    send: (session, name, data, options = {}) => sendMany(session, name, [{ data, ...options }]),
    sendMany,
    async work(handlers, concurrency) {
      for (const name of Object.keys(queues) as JobName[]) {
        await work(boss, name, handlers[name] as Handlers[JobName], concurrency[name] ?? 1);
      }
      await boss.schedule('sweep', '* * * * *', {}, { singletonKey: 'sweep' });
      hastening = setInterval(() => hastenTakeovers(db).catch(onError), SUPERVISE_SECONDS * 1000);
      looking = setInterval(() => wakeOneOfEach(boss), LOOK_MS);
    },
    stop: (graceMs) => {
      clearInterval(hastening);
      clearInterval(looking);
      return boss.stop({ graceful: true, timeout: Math.max(graceMs, 1), close: true });
    },
  };
}

/** Jobs of a queue that are due or running. */
export interface JobCount {
  queue: string;
  due: number;
  running: number;
  /** Due or running, and not at their first try. */
  retried: number;
  /** How long the oldest due one has waited; 0 for none. */
  oldestDueSeconds: number;
}

export async function countJobs(session: Session): Promise<JobCount[]> {
  return session.query<JobCount>(
    `select q.name as queue, count(j.id) filter (where j.state < 'active')::int as due,
       count(j.id) filter (where j.state = 'active')::int as running,
       count(j.id) filter (where j.retry_count > 0)::int as retried,
       coalesce(extract(epoch from now() - min(j.start_after) filter (where j.state < 'active')), 0)::float8
         as "oldestDueSeconds"
     from ${SCHEMA}.queue q
     left join ${SCHEMA}.job j on j.name = q.name
       and (j.state = 'active' or (j.state < 'active' and j.start_after <= now()))
     where q.name = any($1)
     group by q.name`,
    [Object.keys(queues)],
  );
}

/**
 * pg-boss asks for Postgres 13 because of one function that 12 lacks. It is made in the queue's own schema. Returns
 * the search path by which the queue's statements find it; null where nothing is missing.
 */
async function makeMissingFunction(db: Database): Promise<string | null> {
  const [row] = await db.query<{ version: string }>(
    `select current_setting('server_version_num') as version`,
  );
  if (Number(row?.version) >= 130_000) return null;
  await db.script(`
    create schema if not exists ${SCHEMA};
    create or replace function ${SCHEMA}.gen_random_uuid() returns uuid language sql volatile as
      $$ select md5(random()::text || clock_timestamp()::text || pg_backend_pid()::text)::uuid $$`);
  return `${SCHEMA},public`;
}

function connection(db: Database, databaseUrl: string | null) {
  if (db.driver instanceof PGlite) return { db: fromPglite(db.driver), backend: 'pglite' as const };
  return {
    connectionString: databaseUrl ?? '',
    max: 6,
    application_name: 'handover-queue',
    Client: PreparingClient,
  };
}

async function work(
  boss: PgBoss,
  name: JobName,
  handler: Handlers[JobName],
  localConcurrency: number,
): Promise<void> {
  const options = {
    localConcurrency,
    ...(localConcurrency > 1 && { localGroupConcurrency: localConcurrency - 1 }),
    includeMetadata: true as const,
    pollingIntervalSeconds: REST_SECONDS,
    notifyPollingIntervalSeconds: REST_SECONDS,
  };
  await boss.work(name, options, async ([job]: JobWithMetadata<Jobs[JobName]>[]) => {
    if (!job) return;
    if (cameUnannounced(job)) wake(boss, anyOf(takers(boss, name).idle));
    try {
      await (handler as (job: RunningJob) => Promise<void>)({
        data: job.data,
        id: job.id,
        earlierRuns: job.retryCount,
        abandonedQueue: abandonedQueue(job),
        signal: job.signal,
        isLastTry: job.retryCount >= job.retryLimit,
      });
    } finally {
      // A taker rests after its job, also when more waits: a thousand short jobs would take hours. Those that do nothing are
      // woken when a job comes; each look costs the database a statement.
      wake(boss, takers(boss, name).busy);
    }
  });
}

/** How often each queue is looked at without a notification: for jobs that waited until they were due. */
const LOOK_MS = 1_000;
/** What a taker rests for unless it is woken. Were it the second of a look, four takers would look four times. */
const REST_SECONDS = 60;

function wakeOneOfEach(boss: PgBoss): void {
  for (const name of Object.keys(queues) as JobName[]) wake(boss, anyOf(takers(boss, name).idle));
}

/** By chance: one whose look never returns, from a connection that died, would otherwise be chosen for ever. */
function anyOf(ids: string[]): string[] {
  const id = ids[Math.floor(Math.random() * ids.length)];
  return id === undefined ? [] : [id];
}

/**
 * A job that waited longer than a notification takes: a retry, one of a worker that died, or any where there are no
 * notifications. Others may have come with it, so whoever finds one wakes the next.
 */
function cameUnannounced({ createdOn, startedOn }: JobWithMetadata): boolean {
  return startedOn.getTime() - createdOn.getTime() > ANNOUNCED_MS;
}

const ANNOUNCED_MS = 100;

function takers(boss: PgBoss, queue: JobName): { idle: string[]; busy: string[] } {
  const all = boss.getWipData().filter(({ name }) => name === queue);
  const busy = all.filter(isBusy);
  const idle = all.filter((taker) => !isBusy(taker));
  return { idle: idle.map(({ id }) => id), busy: busy.map(({ id }) => id) };
}

/** Of a taker that could not even say that its job failed, pg-boss still counts that job. */
function isBusy({ count, lastErrorOn, lastFetchedOn }: Taker): boolean {
  const hasFailedSince = (lastErrorOn ?? 0) > (lastFetchedOn ?? 0);
  return count > 0 && !hasFailedSince;
}

type Taker = ReturnType<PgBoss['getWipData']>[number];

function wake(boss: PgBoss, ids: string[]): void {
  for (const id of ids) boss.notifyWorker(id);
}

/** A job whose last try is spent goes on as another, in the queue for those that are given up. */
function abandonedQueue(job: JobWithMetadata<Jobs[JobName]>): string | null {
  const [queue, output] = job.retryCount > 0 ? [job.name, job.output] : [job.sourceName, job.sourceOutput];
  return queue && JSON.stringify(output ?? null).includes(SILENCE) ? queue : null;
}

/** What pg-boss notes of a job whose heartbeat stopped. */
const SILENCE = 'job heartbeat timeout';

/**
 * A job whose worker went silent waits for as long as one that failed: longer each time, up to minutes. It need not: whoever
 * takes it over is another, and how often that may happen is bounded.
 */
async function hastenTakeovers(db: Session): Promise<void> {
  await db.query(
    `update ${SCHEMA}.job set start_after = now()
     where state = 'retry' and start_after > now() and output::text like $1`,
    [`%${SILENCE}%`],
  );
}

/** Only the holder of the data folder's lock runs jobs of an embedded installation: what is active is an orphan. */
async function reclaimJobs(db: Database, boss: PgBoss): Promise<void> {
  const orphans = await db.query<{ name: string; id: string }>(
    `select name, id from ${SCHEMA}.job where state = 'active'`,
  );
  for (const { name, id } of orphans) await boss.fail(name, id, { reason: 'the process was stopped' });
}

function bossSession(session: Session) {
  return {
    executeSql: async (text: string, values?: unknown[]) => ({ rows: await session.query(text, values) }),
  };
}
