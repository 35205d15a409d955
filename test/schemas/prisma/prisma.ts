import { type Habits, readDescription } from '../describe.ts';
import type { Schema } from '../schema.ts';

const habits: Habits = {
  types: {
    Role: '"Role"',
    'Role[]': '"Role"[]',
    NotificationKind: '"NotificationKind"',
    ProjectStatus: '"ProjectStatus"',
    'WebhookEvent[]': '"WebhookEvent"[]',
  },
  typesByName: [[/At$|^at$|^expires$|_at$|^emailVerified$|End$/, 'timestamp(3)']],
  words: { ts: 'createdAt updatedAt' },
  polymorphicTypes: { type: 'text', id: 'text' },
  defaultType: 'text',
  idIsKey: false,
};

/** A tool for teams in the habits of Prisma and NextAuth: quoted camelCase, implicit join tables, enums, ids as text. */
export const prisma: Schema = {
  name: 'prisma',
  title: 'Prisma: a tool for teams',
  subjectTable: 'User',
  declaresForeignKeys: true,
  before: [
    `create type "Role" as enum ('OWNER', 'ADMIN', 'MEMBER', 'GUEST')`,
    `create type "NotificationKind" as enum ('MENTION', 'ASSIGNED', 'COMMENT')`,
    `create type "ProjectStatus" as enum ('PLANNED', 'ACTIVE', 'DONE')`,
    `create type "WebhookEvent" as enum ('ISSUE_CREATED', 'ISSUE_CLOSED')`,
  ],
  tables: readDescription(
    ['people.txt', 'work.txt'].map((file) => new URL(file, import.meta.url)),
    habits,
  ),
};
