import type { Environment } from '../../env.ts';

/** Whatever else the environment names (a database, a bucket, a mail server, a key) belongs to a real installation. */
export function demoEnvironment(env: Environment): Environment {
  return {
    ...env,
    publicUrl: null,
    databaseUrl: null,
    storeUrl: null,
    smtpUrl: null,
    installationKey: null,
  };
}
