import type { Relation } from '../catalog/database-schema.ts';
import { classifyColumn } from '../classify/classify-column.ts';
import { spell } from '../classify/name-words.ts';
import type { ExclusionReason } from '../config/define.ts';

/** Why a table stays whole, whosever its rows are. */
export interface StayingTable {
  reason: ExclusionReason;
  remark: string;
}

/** What a framework keeps for itself, and tables of nothing but ways in; null for all others. */
export function stayingTable(table: Relation): StayingTable | null {
  const name = spell(table.table);
  const schema = spell(table.schema);
  for (const { pattern, reason, remark } of kept) if (pattern.test(name)) return { reason, remark };
  if (toolSchemas.test(schema)) return { reason: 'internal', remark: 'a tool keeps it for itself' };
  if (waysIn.test(name) && holdsWayIn(table)) {
    return { reason: 'secret', remark: 'its rows are ways in: sessions or tokens' };
  }
  return null;
}

const kept: ({ pattern: RegExp } & StayingTable)[] = [
  {
    pattern:
      /^(schema_migrations?|ar_internal_metadata|django_migrations|prisma_migrations|flyway_schema_history|databasechangelog(lock)?|alembic_version|knex_migrations(_lock)?|migrations?|typeorm_(metadata|migrations?)|goose_db_version|ef_migrations_history|sequelize_?meta|doctrine_migration_versions|migration_versions|phinxlog|schema_version|atlas_schema_revisions|drizzle_migrations|mikro_orm_migrations|ecto_migrations|pgmigrations|gorp_migrations|schema_info)$/,
    reason: 'internal',
    remark: 'which migrations have run',
  },
  {
    pattern:
      /^(jobs|job_batches|failed_jobs|delayed_jobs|que_jobs|que_\w+|good_jobs?|good_job_\w+|solid_(queue|cache|cable)_\w+|oban_(jobs|peers)|celery_\w+|django_celery_\w+|django_q_\w+|dramatiq_\w+|qrtz_\w+|batch_(job|step)_\w+|shedlock|int_lock|background_jobs|job_queue|queue_jobs|queued_jobs|scheduled_jobs|graphile_worker_\w+|pgboss_\w+|hangfire_\w+|resque_\w+|sidekiq_\w+|messenger_messages|outbox(_events)?|outbox_messages|event_outbox|inbox_messages|dead_letters?)$/,
    reason: 'internal',
    remark: 'a queue of jobs',
  },
  {
    pattern:
      /^(caches?|cache_(entries|locks)|django_cache|locks|advisory_locks|rate_limits|throttles|http_cache|query_cache)$/,
    reason: 'internal',
    remark: 'a cache',
  },
  {
    pattern:
      /^(django_(content_type|site|flatpage)|auth_permission|auth_group(_permissions)?|spatial_ref_sys|geometry_columns|geography_columns|pg_stat_statements|blazer_\w+|pghero_\w+|waffle_(flag|switch|sample)|flipper_\w+|feature_flags|revinfo|thumbnail_kvstore|easy_thumbnails_\w+)$/,
    reason: 'internal',
    remark: 'a framework keeps it for itself',
  },
];

const toolSchemas =
  /^(graphile_worker|pgboss|hangfire|cron|partman|topology|tiger(_data)?|repack|hdb_catalog|realtime|supabase_migrations|drizzle|pgmq|net|pgsodium|vault|extensions)$/;

const waysIn =
  /(^|_)(sessions?|django_session|tokens?|access_grants?|oauth2?_(provider_)?grants?|provider_grants?|auth_codes|authorization_codes|password_resets?|password_forgotten|forgot(ten)?_passwords?|remember(_me|_tokens?)?|login_attempts?|otp_(totp|static)_\w+|totpdevice|staticdevice|statictoken|one_time_passwords?|otps?|magic_links?|verification_(codes|requests)|csrf|persistent_logins|api_?keys?|secrets?|credentials|web_authn_\w+|webauthn_\w+|passkeys|recovery_codes|backup_codes|two_factor_\w+|mfa_\w+|blacklisted_?tokens?|outstanding_?tokens?|refresh_?tokens?|session_attributes|device_tokens|nonces?|associations)$/;

/** Training sessions and tokens of a language have such names too: only those count that hold something to get in by. */
function holdsWayIn({ table, columns }: Relation): boolean {
  const siblings = columns.map(({ name }) => name);
  return columns.some(({ name, type, kind }) => {
    const found = classifyColumn({ table, column: name, type: type.name, kind, siblings });
    return found.isDenied !== null && found.isDenied !== 'government-id' && found.isDenied !== 'card-number';
  });
}
