import type { InstantStyle } from '../chat/request.ts';
import { type Parts, requireChat } from './parts.ts';

/**
 * One user with everything, as the JSON of an answer, at once. Throws `chat_not_found`, and `chat_limit_exceeded` for
 * a user with more than the policy's number of messages or reactions.
 */
export async function exportUserNow(
  { config, builder }: Pick<Parts, 'config' | 'builder'>,
  { userId, style, limit }: { userId: string; style: InstantStyle; limit: number | null },
): Promise<Uint8Array> {
  const { messagesPerUser } = requireChat(config).policy;
  return builder.readUser({ userId, style, limit: limit ?? messagesPerUser });
}
