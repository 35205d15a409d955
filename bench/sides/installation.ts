import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../../src/config/load.ts';
import { readEnvironment } from '../../src/env.ts';
import type { DataExport } from '../../src/lifecycle/data-export.ts';
import { findExport } from '../../src/lifecycle/data-exports-table.ts';
import { createLogger } from '../../src/log.ts';
import { startHandover } from '../../src/start.ts';
import { confirmExport } from '../../src/steps/confirm-export.ts';
import { deleteArchive } from '../../src/steps/delete-archive.ts';
import { createDownloadLink } from '../../src/steps/download-export.ts';
import { requestExport } from '../../src/steps/request-export.ts';
import { workersSeen } from '../../src/steps/view-export.ts';
import type { Run } from '../compare.ts';
import { findConfirmationToken } from './confirmation-token.ts';
import { enlargeArchive } from './enlarge-archive.ts';

export interface InstallationSettings {
  env: Record<string, string>;
  roles: { http: boolean; worker: boolean };
}

export interface Wanted {
  kind: string;
  subject: string;
  /** How often the state is asked whether it is done, in milliseconds. Default: {@link LOOK_MS}. */
  lookMs?: number;
}

/** Of one export alone. */
const LOOK_MS = 2;
/** Of many: looks use the state, for which the others wait. */
const LOOK_AT_MANY_MS = 20;
const REQUESTS_AT_ONCE = 8;

const requester = { id: 'u_1', email: 'bench@example.com', name: null, language: 'en' };

/** A whole Handover in one process: state, queue, builder, and the server or the worker as asked for. */
export async function start({ env, roles }: InstallationSettings) {
  const environment = readEnvironment({ PORT: '0', LOG_LEVEL: 'warn', ...env });
  const handover = await startHandover(environment, {
    log: createLogger({ level: environment.logLevel, destination: process.stderr }),
    roles,
    config: await loadConfig(environment.configPath),
  });
  const { parts } = handover;
  let load: { isWanted: boolean; over: Promise<void> } | null = null;

  const request = ({ kind, subject }: Wanted) =>
    requestExport(parts, { kind, subjectId: subject, requester, actor: 'bench' });

  async function completed(id: string, lookMs = LOOK_MS) {
    for (;;) {
      const data = await findExport(parts.db, id);
      if (data?.status === 'completed') return data;
      if (data?.status === 'failed') throw new Error(`The export failed: ${data.failure?.code}.`);
      await sleep(lookMs);
    }
  }

  async function run(wanted: Wanted): Promise<Run & { id: string }> {
    const startedAt = performance.now();
    const { id } = await request(wanted);
    const { rowsDone, bytes } = await completed(id, wanted.lookMs);
    return { id, rows: rowsDone, bytes, seconds: (performance.now() - startedAt) / 1000 };
  }

  return {
    run,
    /** An export of each subject, all asked for as fast as it goes. */
    async burst({ kind, subjects }: { kind: string; subjects: string[] }): Promise<Run> {
      const startedAt = performance.now();
      const open = [...subjects];
      const ids: string[] = [];
      const requestNext = async () => {
        for (let subject = open.pop(); subject; subject = open.pop()) {
          ids.push((await request({ kind, subject })).id);
        }
      };
      await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, requestNext));
      const done: DataExport[] = [];
      for (const id of ids) done.push(await completed(id, LOOK_AT_MANY_MS));
      const sum = (value: (data: DataExport) => number) =>
        done.reduce((total, data) => total + value(data), 0);
      const seconds = (performance.now() - startedAt) / 1000;
      return { seconds, rows: sum((data) => data.rowsDone), bytes: sum((data) => data.bytes) };
    },
    /** From the click on the confirmation to the file that is ready. */
    async confirmToReady(wanted: Wanted): Promise<Run> {
      const { id } = await request(wanted);
      const token = await findConfirmationToken(parts, id);
      const startedAt = performance.now();
      await confirmExport(parts, token);
      const { rowsDone, bytes } = await completed(id);
      return { rows: rowsDone, bytes, seconds: (performance.now() - startedAt) / 1000 };
    },
    address: async () => handover.address,
    link: async ({ id }: { id: string }) => (await createDownloadLink(parts, id, 'bench')).url,
    enlarge: ({ id, bytes }: { id: string; bytes: number }) =>
      enlargeArchive({ ...parts, storeFolder: join(environment.dataDir, 'store') }, id, bytes),
    drop: async ({ id }: { id: string }) => void (await deleteArchive(parts, id, 'bench')),
    workersAlive: async () => (await workersSeen(parts)).alive,
    /** Exports the same over and over, until `stopLoad`. */
    async startLoad(wanted: Wanted) {
      const running = { isWanted: true, over: Promise.resolve() };
      running.over = (async () => {
        while (running.isWanted) await deleteArchive(parts, (await run(wanted)).id, 'bench');
      })();
      load = running;
    },
    async stopLoad() {
      if (load) load.isWanted = false;
      await load?.over;
    },
    stop: () => handover.stop(1),
  };
}
