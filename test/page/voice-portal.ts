import type { Category, LeftOut, Portal } from '../../src/page/wire.ts';

/** A portal of a voice product with the twelve categories, as the service would describe it. */
export const voicePortal: Portal = {
  product: { name: 'Voicebox', logo: true, support: 'help@voicebox.example' },
  language: 'en',
  languages: ['en', 'de'],
  kind: 'account',
  account: { id: 'fb3087ef-b4e9-4afd-ad33-028bd4e84332' },
  user: { id: 'u1', email: 'rosa.moreira79@example.org', name: 'Rosa Moreira' },
  returnUrl: 'https://voicebox.example/settings',
  policy: {
    confirmByEmail: true,
    confirmationWindowSeconds: 86_400,
    downloadWindowSeconds: 86_400,
    cooldownSeconds: 86_400,
  },
  categories: [
    category(
      'account',
      'Account',
      'Name, type, status and settings of the account',
      'id name slug type status settings',
      [secret('billing_api_key')],
    ),
    category(
      'users',
      'Users',
      'Everybody who can sign in to the account',
      'id email name role locale createdAt',
      [secret('password_hash'), secret('mfa_secret'), secret('mfa_recovery_codes')],
    ),
    category('contacts', 'Contacts', 'The people you call, with everything you noted about them', [
      ...['id', 'externalId', 'firstName', 'lastName', 'phone', 'email', 'age', 'marital', 'education'],
      ...['custom', 'tags', 'doNotCall', 'createdAt', 'updatedAt', 'deletedAt'],
    ]),
    {
      ...category(
        'calls',
        'Calls',
        'Every call with its time, length and outcome',
        'id contactId from to status outcome',
        [
          {
            what: 'recording_url',
            reason: 'secret',
            note: 'A signed address that plays the call to anyone who has it.',
          },
        ],
      ),
      rowsLeftOut: 'Calls that were scrubbed on request.',
    },
    category(
      'flows',
      'Flows',
      'The conversations you designed',
      'id name category description version nodes',
    ),
    category(
      'phoneNumbers',
      'Phone numbers',
      'Numbers that belong to your account',
      'id number country capabilities',
      [{ what: 'provider_ref', reason: 'internal', note: null }],
    ),
    category(
      'voipProviders',
      'VoIP providers',
      'How your calls reach the phone network',
      'id name kind gateways',
      [secret('register_password'), secret('gateways[*].credentials.password')],
    ),
    category(
      'callSchedules',
      'Call schedules',
      'When campaigns are allowed to call',
      'id campaignId rrule window enabled',
    ),
    category('campaigns', 'Campaigns', 'Bulk calls you planned', 'id name status startsAt endsAt', [
      { what: 'stats', reason: 'derived', note: 'Counted from the calls.' },
    ]),
    category('charges', 'Charges', 'What you were billed', 'id amount currency description created', [
      { what: 'payment_method.fingerprint', reason: 'third-party', note: null },
    ]),
    category(
      'balanceTransactions',
      'Balance transactions',
      'Every change of your balance',
      'id amount net status',
    ),
    category(
      'notifications',
      'Notifications',
      'What we told you, and when',
      'id userId type title body readAt',
    ),
  ],
  leftOut: [{ what: 'sessions', reason: 'secret', note: 'Who is signed in at the moment.' }],
};

function category(
  name: string,
  title: string,
  description: string,
  fields: string | string[],
  leftOut: LeftOut[] = [],
): Category {
  return {
    name,
    title,
    description,
    fields: typeof fields === 'string' ? fields.split(' ') : fields,
    leftOut,
    rowsLeftOut: null,
  };
}

function secret(what: string): LeftOut {
  return { what, reason: 'secret', note: null };
}
