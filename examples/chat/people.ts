/** Who talks at Lichthof: handles, and what their profiles say. Nobody of them exists. */
export interface Person {
  handle: string;
  display_name: string;
  picture_url: string | null;
  site_role: 'host' | 'user' | 'bot';
  locale: string;
  email: string | null;
  city: string | null;
  profile: object;
  blocks: string[];
  joined_at: string;
  changed_at: string;
  seen_at: string | null;
  left_at: string | null;
  is_online: boolean;
  is_banned: boolean;
  banned_until: string | null;
  trust_score: number | null;
  password_hash: string | null;
  totp_secret: string | null;
}

export const people: Person[] = [
  person('alice', 'Alice', '2019-03-04T08:00:00.000001Z', {
    site_role: 'host',
    city: 'Utrecht',
    seen_at: '2020-11-14T21:03:11.123456Z',
    is_online: true,
    totp_secret: canary('totp'),
    profile: {
      about: 'Looks after the plaster casts. Ask me about dust.',
      pronouns: 'she/her',
      widgets: [
        { kind: 'map', place: 'Utrecht', embed_key: canary('map') },
        { kind: 'clock', zone: 'Europe/Amsterdam', embed_key: canary('clock') },
      ],
    },
  }),
  person('bob', 'Bob 🎧', '2019-03-05T19:30:12.5Z', {
    city: 'Łódź',
    seen_at: '2020-11-13T06:59:59.999999Z',
    profile: {
      about: 'Night shifts,\nloud headphones.',
      widgets: [{ kind: 'player', album: 'Ambient 1/2', embed_key: canary('player') }],
    },
  }),
  person('mira', 'Mira', '2019-06-21T10:10:10.101Z', {
    locale: 'de',
    city: 'Köln',
    profile: { about: 'Zeichnet mit. „Alles ist Linie.“' },
  }),
  person('tomke', 'Tomke ⚓', '2019-07-01T00:00:00Z', { locale: 'de', city: 'Norddeich' }),
  person('oona', 'Oona', '2019-09-09T09:09:09.09Z', { locale: 'fi', profile: { about: 'Äänitteet & ääni' } }),
  person('jun', '純 (jun)', '2020-01-25T03:00:00Z', { locale: 'ja', city: '京都', blocks: ['dede'] }),
  person('noor', 'نور', '2020-02-29T23:59:59.999999Z', {
    locale: 'ar',
    profile: { about: 'أحب الجبس الأبيض' },
  }),
  person('pavel', 'Pavel', '2020-05-05T05:05:05Z', { locale: 'cs', picture_url: null }),
  person('ilse', 'Ilse', '2018-12-31T22:00:00Z', { left_at: '2020-11-11T12:00:00Z', email: null }),
  person('dede', 'dede_x', '2020-11-09T23:00:00Z', {
    is_banned: true,
    banned_until: '2020-12-09T00:00:00Z',
    trust_score: 0.07,
    blocks: ['alice', 'lichthof-bot'],
  }),
  person('guest.17@door-b', 'Guest 17', '2020-11-10T09:29:58.75Z', { email: null, password_hash: null }),
  person('lichthof-bot', 'Lichthof 👋🏽', '2019-01-01T00:00:00Z', {
    site_role: 'bot',
    email: null,
    password_hash: null,
    profile: { about: 'Opens doors & counts heads.', version: 9007199254740993n.toString() },
  }),
];

/** In a register of its own, so that no profile ever holds them. */
export const deviceTokens = [
  deviceToken('alice', 'ios'),
  deviceToken('alice', 'web'),
  deviceToken('bob', 'android'),
  deviceToken('jun', 'ios'),
];

function person(handle: string, display_name: string, joined_at: string, more: Partial<Person>): Person {
  const name = handle.replace(/\W/g, '-');
  return {
    handle,
    display_name,
    picture_url: `https://files.lichthof.example/people/${name}.webp`,
    site_role: 'user',
    locale: 'en',
    email: `${name}@mail.example`,
    city: null,
    profile: {},
    blocks: [],
    joined_at,
    changed_at: more.seen_at ?? more.left_at ?? joined_at,
    seen_at: null,
    left_at: null,
    is_online: false,
    is_banned: false,
    banned_until: null,
    trust_score: 0.9,
    password_hash: canary(`password of ${handle}`),
    totp_secret: null,
    ...more,
  };
}

function deviceToken(handle: string, platform: string) {
  return { token: canary(`${platform} of ${handle}`), handle, platform, added_at: '2020-11-01T12:00:00Z' };
}

/** Stands where such a product keeps a secret, so that a test can look for it in all that leaves. */
export function canary(of: string): string {
  return `CANARY_${of.replace(/\W+/g, '_')}`;
}
