/** A post as it is written down here; ids, counters and the rest are made from it in `rows.ts`. */
export interface WrittenPost {
  /** RFC 3339 in UTC, up to microseconds. No two posts have the same. */
  at: string;
  by: string;
  text: string;
  /** A name by which other posts of these files can mean it. */
  as?: string;
  answers?: string;
  alsoInRoom?: boolean;
  quotes?: string;
  mentions?: string[];
  files?: object[];
  editedAt?: string;
  removedAt?: string;
  /** Cleared by a host, this one post. What a room was cleared of as a whole is known by the room. */
  clearedAt?: string;
  pinned?: { by: string; at: string };
  kind?: 'system';
  isSilent?: boolean;
  mood?: string;
  extra?: object;
  /** Names of emoji, and who reacted so, in that order: `{ heart: ['bob'] }`. */
  reactions?: Record<string, string[]>;
}

export interface WrittenRoom {
  kind: 'livestream' | 'messaging' | 'team';
  slug: string;
  title: string;
  topic?: string;
  host: string | null;
  openedAt: string | null;
  /** Posts until then are truncated. */
  clearedAt?: string;
  closedAt?: string;
  isFrozen?: boolean;
  isPaused?: boolean;
  slowModeSeconds?: number;
  stream?: object;
  /** Handles, beside the host. */
  members: string[];
  posts: WrittenPost[];
}

/** Symbols of the reactions that are emoji of Unicode. */
export const emojiOf: Record<string, string> = {
  heart: '❤️',
  haha: '😂',
  wow: '😮',
  clap: '👏🏿',
  like: '👍',
  sad: '😢',
};

const files = 'https://files.lichthof.example';

export function image(name: string, title: string) {
  return {
    type: 'image',
    title,
    image_url: `${files}/images/${name}.jpg`,
    thumb_url: `${files}/thumbs/${name}.webp`,
    mime_type: 'image/jpeg',
    original_width: 2400,
    original_height: 1600,
  };
}

export function file(name: string, mime_type: string, file_size: number) {
  return {
    type: 'file',
    title: name,
    asset_url: `${files}/${encodeURIComponent(name)}`,
    mime_type,
    file_size,
  };
}
