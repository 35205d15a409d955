import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from '../../src/language/en/page.ts';
import { situationOf } from '../../src/page/situation.ts';
import { timelineSteps } from '../../src/page/timeline-steps.ts';
import { type SceneName, scenes } from './scenes.ts';

const all = scenes();

/** Each step as `sign label`: + done, > now, . later, x stopped, - skipped. */
function lifeOf(name: SceneName): string[] {
  const { portal, list } = all[name];
  const view = list.exports[0] ?? null;
  const signs = { done: '+', now: '>', later: '.', stopped: 'x', skipped: '-' };
  const { confirmByEmail } = portal.policy;
  const steps = timelineSteps(page.timeline, situationOf(view), view, confirmByEmail);
  return steps.map(({ is, label }) => `${signs[is]} ${label}`);
}

const lives: Partial<Record<SceneName, string[]>> = {
  idle: ['. Request', '. Confirm by email', '. Collect', '. Ready', '. Download', '. Delete'],
  pending: ['+ Requested', '> Confirm by email', '. Collect', '. Ready', '. Download', '. Delete'],
  confirmed: [
    '+ Requested',
    '+ Confirmed by email',
    '> Waiting to start',
    '. Ready',
    '. Download',
    '. Delete',
  ],
  processing: ['+ Requested', '+ Confirmed by email', '> Collecting', '. Ready', '. Download', '. Delete'],
  completed: ['+ Requested', '+ Confirmed by email', '+ Collected', '+ Ready', '> Download', '. Delete'],
  completedDownloaded: [
    '+ Requested',
    '+ Confirmed by email',
    '+ Collected',
    '+ Ready',
    '+ Downloaded',
    '> Delete',
  ],
  expired: ['+ Requested', '+ Confirmed by email', '+ Collected', '+ Ready', '- Not downloaded', '+ Deleted'],
  deleted: ['+ Requested', '+ Confirmed by email', '+ Collected', '+ Ready', '+ Downloaded', '+ Deleted'],
  lapsed: ['+ Requested', 'x Not confirmed', '. Collect', '. Ready', '. Download', '. Delete'],
  failed: ['+ Requested', '+ Confirmed by email', 'x Failed', '. Ready', '. Download', '. Delete'],
  cancelled: ['+ Requested', '+ Confirmed by email', 'x Cancelled', '. Ready', '. Download', '. Delete'],
  processingWithoutMail: ['+ Requested', '> Collecting', '. Ready', '. Download', '. Delete'],
};

for (const [name, life] of Object.entries(lives)) {
  test(`the life of an export that is ${name}`, () => {
    assert.deepEqual(lifeOf(name as SceneName), life);
  });
}
