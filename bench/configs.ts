import { writeFile } from 'node:fs/promises';
import { callColumns } from './calls-table.ts';
import { chatColumns } from './chat-table.ts';

/** Kinds of export of the chat table, whole or up to a row count: `messages`, `messages_1000` … */
export function chatConfig(url: string, options: { rowCounts?: number[]; rowsPerPart?: number } = {}) {
  const { rowCounts = [], rowsPerPart } = options;
  const kinds = [null, ...rowCounts].map((count) => [
    count === null ? 'messages' : `messages_${count}`,
    {
      subject: { table: 'workspaces', column: 'id' },
      policy: { ...policy, ...(rowsPerPart && { rowsPerPart }) },
      categories: {
        messages: {
          from: 'messages',
          belongsTo: 'workspace_id',
          include: chatColumns,
          exclude: { workspace_id: 'internal' },
          orderBy: ['seq'],
          ...(count !== null && { where: `t.seq <= ${count}`, whereReason: 'The benchmark wants fewer.' }),
        },
      },
    },
  ]);
  return configOf(url, Object.fromEntries(kinds));
}

/** Two kinds, each of all messages of a table of its own: `messages`, and `few` to warm up with. */
export function twoTablesConfig(url: string, urlOfFew: string) {
  const { exports } = chatConfig(url);
  const messages = exports.messages as object;
  return {
    product: { name: 'Benchmark' },
    sources: { main: { type: 'postgres', url }, few: { type: 'postgres', url: urlOfFew } },
    exports: { messages: { ...messages, source: 'main' }, few: { ...messages, source: 'few' } },
  };
}

/** One kind of export, of calls as they were made in a real campaign. */
export function callsConfig(url: string) {
  const calls = {
    from: 'many_calls',
    belongsTo: 'owner',
    include: ['seq', ...callColumns],
    exclude: { owner: 'internal', recording_url: 'secret', scrubbed_at: 'internal' },
    orderBy: ['seq'],
  };
  return configOf(url, {
    messages: { subject: { table: 'owners', column: 'id' }, policy, categories: { calls } },
  });
}

export function configOf(url: string, exports: Record<string, unknown>) {
  return { product: { name: 'Benchmark' }, sources: { main: { type: 'postgres', url } }, exports };
}

/** Nobody confirms, and nothing has to wait. */
export const policy = { confirmByEmail: false, cooldown: 0, downloadWindow: '7d' };

export async function writeConfig(path: string, config: object): Promise<string> {
  await writeFile(path, JSON.stringify(config, null, 2));
  return path;
}
