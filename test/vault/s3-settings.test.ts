import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readEnvironment } from '../../src/env.ts';
import { readStoreUrl } from '../../src/vault/s3-settings.ts';
import { hasCode } from './store-contract.ts';

const read = (url: string, region: string | null = null) => readStoreUrl(url, { credentials: null, region });

describe('the address of a bucket', () => {
  test('needs no more than a bucket', () => {
    assert.deepEqual(read('s3://archives'), {
      bucket: 'archives',
      prefix: '',
      endpoint: null,
      region: 'us-east-1',
      forcePathStyle: false,
      encryption: null,
      credentials: null,
    });
    assert.equal(read('s3://archives', 'eu-central-1').region, 'eu-central-1');
  });

  test('takes a server, a region, a prefix and an encryption', () => {
    const given = read(
      's3://archives/team/handover/?endpoint=https://s3.example.com:9000&region=local&encryption=aws:kms&kmsKeyId=k1',
      'eu-central-1',
    );
    assert.deepEqual(given, {
      bucket: 'archives',
      prefix: 'team/handover/',
      endpoint: 'https://s3.example.com:9000',
      region: 'local',
      forcePathStyle: true,
      encryption: { by: 'aws:kms', keyId: 'k1' },
      credentials: null,
    });
    assert.equal(read('s3://a-bucket?endpoint=http://x&forcePathStyle=false').forcePathStyle, false);
  });

  test('is refused with the rule that it breaks, and without its secrets', () => {
    for (const [url, rule] of [
      ['archives', /e\.g\. STORE_URL=s3:/],
      ['https://archives', /only s3:/],
      ['s3://key:CANARY@archives', /AWS_ACCESS_KEY_ID/],
      ['s3://Archives_1', /no bucket/],
      ['s3://archives/a//b', /prefix/],
      ['s3://archives?endpoint=s3.example.com', /endpoint/],
      ['s3://archives?forcePathStyle=1', /true or false/],
      ['s3://archives?encryption=rot13', /encryption/],
      ['s3://archives?kmsKeyId=k1', /encryption/],
      ['s3://archives?acl=public-read', /"acl" is not known/],
    ] as const) {
      assert.throws(
        () => read(url),
        (error: Error) =>
          hasCode('environment_invalid')(error) &&
          rule.test(error.message) &&
          !error.message.includes('CANARY'),
        url,
      );
    }
  });

  test('comes with both halves of a key, or none', () => {
    const env = { STORE_URL: 's3://archives', AWS_ACCESS_KEY_ID: 'k' };
    assert.throws(() => readEnvironment(env), /AWS_SECRET_ACCESS_KEY/);
    const { awsCredentials } = readEnvironment({ ...env, AWS_SECRET_ACCESS_KEY: 's' });
    assert.deepEqual(awsCredentials, { accessKeyId: 'k', secretAccessKey: 's', sessionToken: null });
  });
});
