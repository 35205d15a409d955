import type { InstantStyle } from '../../chat/request.ts';
import type { ChatPolicy } from '../../config/resolved.ts';

/** The calls of the server API, by the names that stand in their refusals. Each has a rate limit, some share its number. */
export const operations = {
  ExportChannels: 'exportChannels',
  ExportUsers: 'exportUsers',
  ExportUser: 'exportUser',
  GetTask: 'exportStatus',
  GetExportChannelsStatus: 'exportStatus',
} as const satisfies Record<string, keyof ChatPolicy['rateLimits']>;

export type Operation = keyof typeof operations;

/**
 * The two families of paths: the same calls, with instants written in two ways. Clients hold to one of them and fail
 * on the instants of the other.
 */
export interface Family {
  name: 'v1' | 'v2';
  instants: InstantStyle;
  paths: Record<Operation, string>;
}

export const families: Family[] = [
  {
    name: 'v1',
    instants: 'rfc3339',
    paths: {
      ExportChannels: '/export_channels',
      ExportUsers: '/export/users',
      ExportUser: '/users/:user_id/export',
      GetTask: '/tasks/:id',
      GetExportChannelsStatus: '/export_channels/:id',
    },
  },
  {
    name: 'v2',
    instants: 'nanoseconds',
    paths: {
      ExportChannels: '/api/v2/chat/export_channels',
      ExportUsers: '/api/v2/export/users',
      ExportUser: '/api/v2/users/:user_id/export',
      GetTask: '/api/v2/tasks/:id',
      GetExportChannelsStatus: '/api/v2/chat/export_channels/:id',
    },
  },
];

/** True for an address that no page of ours has: what is wrong there is told to a client of the server API. */
export function isServerApiAddress(url: string): boolean {
  const [path = '', query = ''] = url.split('?', 2);
  return path.startsWith('/api/v2/') || new URLSearchParams(query).has('api_key');
}
