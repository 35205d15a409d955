import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRateLimiter } from '../../src/http/server-api/rate-limit.ts';

test('a bucket holds so many calls a minute of the clock, and is full again in the next one', () => {
  let now = new Date('2026-03-01T10:00:20Z');
  const limiter = createRateLimiter(() => now);
  const resetAt = Date.parse('2026-03-01T10:01:00Z') / 1000;
  const count = () => limiter.count('key GetTask', 2);
  assert.deepEqual(count(), { limit: 2, remaining: 1, resetAt, isExceeded: false });
  assert.deepEqual(count(), { limit: 2, remaining: 0, resetAt, isExceeded: false });
  assert.deepEqual(count(), { limit: 2, remaining: 0, resetAt, isExceeded: true });
  now = new Date('2026-03-01T10:00:59.999Z');
  assert.equal(count().isExceeded, true);
  now = new Date('2026-03-01T10:01:00Z');
  assert.deepEqual(count(), { limit: 2, remaining: 1, resetAt: resetAt + 60, isExceeded: false });
});

test('one bucket does not drain another', () => {
  const now = new Date('2026-03-01T10:00:20Z');
  const limiter = createRateLimiter(() => now);
  assert.equal(limiter.count('a GetTask', 1).isExceeded, false);
  assert.equal(limiter.count('a GetTask', 1).isExceeded, true);
  assert.equal(limiter.count('b GetTask', 1).isExceeded, false);
  assert.equal(limiter.count('a ExportUsers', 1).isExceeded, false);
});
