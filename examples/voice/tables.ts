/** The tables that have data, in an order in which every reference finds its row. `data/<table>.ndjson.zst` holds each. */
export const tables = [
  'account',
  'users',
  'contacts',
  'campaigns',
  'call_schedules',
  'calls',
  'flows',
  'phone_numbers',
  'voip_providers',
  'charges',
  'balance_transactions',
  'notifications',
] as const;
