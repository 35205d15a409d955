import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HandoverError, refusals } from '../../src/errors.ts';
import { describeProblem, problems, retryAfterSeconds, wordsOf } from '../../src/http/problem.ts';

const context = {
  publicUrl: 'https://export.example.com',
  requestId: '0c7c9b3e-1111-4222-8333-444455556666',
};
const now = new Date('2026-02-28T12:00:00Z');

test('every refusal has a status, a title and words of its own', () => {
  for (const code of Object.keys(refusals)) assert.ok(code in problems, code);
  const titles = Object.values(problems).map(({ title }) => title);
  assert.equal(new Set(titles).size, titles.length);
  for (const code of Object.keys(problems) as (keyof typeof problems)[]) {
    assert.ok(wordsOf(code).length > 20, code);
    assert.ok(problems[code].status >= 400, code);
  }
});

test('a refusal is told with its code, its words and its details', () => {
  const error = new HandoverError('export_cooldown', 'Wait until noon.', {
    details: { availableAt: '2026-03-01T12:00:00.000Z' },
  });
  assert.deepEqual(describeProblem(error, context), {
    type: 'https://export.example.com/docs/errors#export_cooldown',
    title: 'The cooldown has not ended',
    status: 429,
    detail: 'Wait until noon.',
    code: 'export_cooldown',
    instance: 'urn:uuid:0c7c9b3e-1111-4222-8333-444455556666',
    availableAt: '2026-03-01T12:00:00.000Z',
  });
});

test('details cannot overwrite what every problem says', () => {
  const error = new HandoverError('not_found', undefined, {
    details: { status: 200, code: 'fine', type: 'x' },
  });
  const problem = describeProblem(error, context);
  assert.equal(problem.status, 404);
  assert.equal(problem.code, 'not_found');
  assert.match(problem.type, /#not_found$/);
});

test('a fault shows a number to report and nothing of its inside', () => {
  const error = new Error('relation "handover.secrets" of user postgres at 10.0.0.5 broke');
  const problem = describeProblem(error, context);
  assert.equal(problem.status, 500);
  assert.equal(problem.code, 'internal_error');
  assert.equal(problem.instance, 'urn:uuid:0c7c9b3e-1111-4222-8333-444455556666');
  assert.doesNotMatch(JSON.stringify(problem), /secrets|postgres|10\.0\.0\.5/);
});

test('our own trouble is told by its code, without its message', () => {
  const error = new HandoverError('store_unavailable', 'ENOSPC: /var/lib/handover/parts/17', {
    details: { path: '/var/lib/handover' },
  });
  const problem = describeProblem(error, context);
  assert.equal(problem.status, 503);
  assert.equal(problem.code, 'store_unavailable');
  assert.doesNotMatch(JSON.stringify(problem), /var\/lib/);
});

test('what is thrown need not be an error', () => {
  for (const thrown of [undefined, null, 'text', 17, {}]) {
    assert.equal(describeProblem(thrown, context).code, 'internal_error');
  }
});

test('Retry-After counts whole seconds up to the moment that is named', () => {
  const at = (availableAt: unknown) =>
    retryAfterSeconds(
      describeProblem(new HandoverError('export_cooldown', '', { details: { availableAt } }), context),
      now,
    );
  assert.equal(at('2026-02-28T13:00:00.000Z'), 3600);
  assert.equal(at(new Date('2026-02-28T12:00:00.100Z')), 1);
  assert.equal(at('2026-02-28T11:00:00.000Z'), 1);
  assert.equal(at('soon'), null);
  assert.equal(at(undefined), null);
  const limited = new HandoverError('rate_limited', '', { details: { retryAfterSeconds: 41.2 } });
  assert.equal(retryAfterSeconds(describeProblem(limited, context), now), 42);
});
