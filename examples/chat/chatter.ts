import { emojiOf, type WrittenPost } from './written.ts';

/** An evening's talk put together from halves of sentences: the same every time, for whoever wants many posts. */
export function chatter({
  from,
  posts: count,
  people,
}: {
  from: string;
  posts: number;
  people: string[];
}): WrittenPost[] {
  const random = sequence(20_201_112);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const posts: WrittenPost[] = [];
  let at = Date.parse(from);
  for (let number = 0; number < count; number++) {
    at += 500 + Math.floor(random() * 11_000);
    const by = pick(people);
    const post: WrittenPost = {
      // the post's number stands in the microseconds, so that no two are of the same instant
      at: new Date(at).toISOString().replace('Z', `${String(number % 1000).padStart(3, '0')}Z`),
      by,
      text: `${pick(openings)} ${pick(things)} ${pick(endings)}`,
      as: `chatter ${number}`,
    };
    const earlier = number > 20 ? number - 1 - Math.floor(random() * 20) : null;
    if (earlier !== null && random() < 0.08 && !posts[earlier]?.answers) post.answers = `chatter ${earlier}`;
    else if (earlier !== null && random() < 0.1) post.quotes = `chatter ${earlier}`;
    if (random() < 0.06) {
      const whom = pick(people);
      post.text = `@${whom} ${post.text}`;
      post.mentions = [whom];
    }
    if (random() < 0.02) post.removedAt = new Date(at + 9_000).toISOString();
    if (random() < 0.04) post.editedAt = new Date(at + 30_000).toISOString();
    if (random() < 0.2) {
      const fans = people.filter(() => random() < 0.3);
      if (fans.length > 0) post.reactions = { [pick(Object.keys(emojiOf))]: fans };
    }
    posts.push(post);
  }
  return posts;
}

/** Numbers in [0, 1) that look random: a linear congruence with the constants of Numerical Recipes. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const openings = [
  'I would say',
  'Look,',
  'Did you see how',
  'Nobody told me that',
  'Wait:',
  'For the record,',
  'Ha,',
  'Is it me or',
  'Second time tonight that',
  'From the left camera',
  'My daughter asks whether',
  'Achtung,',
  'According to the sign',
  '🌊🌊',
];

const things = [
  'the octopus',
  'that eel',
  'the jellyfish lamp',
  'the big tank',
  'the shy ray',
  'the pump',
  'number seven',
  'the diver',
  'the commentator',
  'a whole school of herring',
  'the smallest seahorse',
  'the kelp',
];

const endings = [
  'just waved 👋',
  'has changed colour again',
  'is asleep.',
  'hides behind the pipe!',
  'wants out…',
  'looks straight at us 👀',
  'ate the microphone',
  'counts to eight, twice',
  'is upside down?',
  'moves like a curtain.',
  'deserves a stream of its own 🐙',
  'glows; who dimmed the light?',
  'beats every painting upstairs',
  'has had enough of us',
  'knows the way to the door, I swear',
];
