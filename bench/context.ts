import { join } from 'node:path';
import { chatColumns, makeChatTable, workspace } from './chat-table.ts';
import { chatConfig, writeConfig } from './configs.ts';
import type { BenchPostgres } from './postgres.ts';
import type { Result } from './report.ts';
import { type Side, type SideOptions, startSide } from './side-process.ts';

/** What `npm run bench` was called with. */
export interface BenchOptions {
  rows: number;
  pairs: number;
  profileFolder: string | null;
}

/** What a bench works with. What it starts is stopped after it. */
export interface Bench {
  options: BenchOptions;
  postgres: BenchPostgres;
  /** The postmaster's id: the root of all that the database server is. */
  databasePid: number;
  /** For files of this bench; gone after it. Every user may enter, since nginx and Postgres run as others. */
  folder: string;
  /** The URL of a database with the chat table of so many rows (`options.rows`); each is made once for a whole run. */
  chatUrl(rows?: number): Promise<string>;
  report(result: Result): void;
  skip(bench: string, rival: string, reason: string): void;
  side(options: Omit<SideOptions, 'profileFolder'>): Promise<Side>;
  /** Stops in reverse order, when the bench is over, however it ends. */
  atEnd(stop: () => Promise<unknown>): void;
}

export type RunBench = (bench: Bench) => Promise<void>;

/** The chat table, the config that exports it, and our builder in a process of its own. */
export async function startOurs(bench: Bench, name = 'handover'): Promise<{ url: string; ours: Side }> {
  const url = await bench.chatUrl();
  const configPath = await writeConfig(join(bench.folder, 'export.config.json'), chatConfig(url));
  const settings = { configPath, storeFolder: join(bench.folder, 'store'), subject: workspace };
  return { url, ours: await bench.side({ name, module: 'builder', settings }) };
}

/** Makes a side that stops with its bench. */
export async function startBenchSide(
  { options, atEnd }: Pick<Bench, 'options' | 'atEnd'>,
  side: Omit<SideOptions, 'profileFolder'>,
): Promise<Side> {
  const started = await startSide({ ...side, profileFolder: options.profileFolder });
  atEnd(() => started.stop());
  return started;
}

/** A database of its own with the chat table in it. */
export async function makeChatDatabase({ server }: BenchPostgres, rows: number): Promise<string> {
  const url = await server.createDatabase(`chat_${rows}`);
  await makeChatTable(url, rows, (done) => console.error(`  ${done} of ${rows} messages are made`));
  return url;
}

export const columnList = chatColumns.join(', ');
