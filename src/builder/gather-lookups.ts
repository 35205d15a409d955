import type { ChatRequest } from '../chat/request.ts';
import { gather } from '../gather.ts';

type LookUp = (request: ChatRequest) => Promise<string[]>;

/** Most requests in one question: names of up to 25 channels each stand in one statement. */
const MOST = 500;

/** Asks the source about many requests at once. */
export function gatherLookups(lookUp: LookUp): LookUp {
  const groups = new Map<string, LookUp>();
  return (request) => {
    const group = groupOf(request);
    const ask = groups.get(group) ?? gather((requests) => lookUpAll(requests, lookUp), MOST);
    groups.set(group, ask);
    return ask(request);
  };
}

async function lookUpAll(requests: ChatRequest[], lookUp: LookUp): Promise<string[][]> {
  const missing = new Set(await lookUp(merge(requests)));
  return requests.map((request) => namesOf(request).filter((name) => missing.has(name)));
}

/** Requests of one group ask the same question about other names. */
function groupOf(request: ChatRequest): string {
  return request.about === 'users' ? 'users' : `channels, deleted: ${request.includeSoftDeletedChannels}`;
}

function merge(requests: ChatRequest[]): ChatRequest {
  const [first, ...others] = requests;
  if (!first) throw new Error('There is nothing to ask.');
  return first.about === 'users'
    ? { ...first, userIds: [first, ...others].flatMap((one) => (one.about === 'users' ? one.userIds : [])) }
    : {
        ...first,
        channels: [first, ...others].flatMap((one) => (one.about === 'channels' ? one.channels : [])),
      };
}

function namesOf(request: ChatRequest): string[] {
  return request.about === 'users'
    ? request.userIds
    : request.channels.map(({ type, id }) => `${type}:${id}`);
}
