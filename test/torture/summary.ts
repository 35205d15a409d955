import { cpus, totalmem } from 'node:os';
import { faults } from './faults.ts';
import type { Round } from './round.ts';

/** A table in Markdown: how often each thing broke, and what became of the exports. */
export function summarise(rounds: Round[], seed: number): string {
  const sum = (of: (round: Round) => number) => rounds.reduce((total, round) => total + of(round), 0);
  const takeovers = rounds.flatMap((round) => round.takeovers).sort((one, other) => one - other);
  const failed = rounds.filter(({ problem }) => problem);
  const rows: [string, string | number][] = [
    ['machine', `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`],
    ['seed', seed],
    ['rounds', rounds.length],
    ['rounds that broke a rule', failed.length],
    ['exports', sum(({ exports }) => exports)],
    ['attempts', sum(({ attempts }) => attempts)],
    ['ready mails sent again under the same Message-ID', sum(({ repeatedMails }) => repeatedMails)],
    ['takeovers of a killed holder', takeovers.length],
    ['median takeover', seconds(takeovers[Math.floor(takeovers.length / 2)])],
    ['longest takeover', seconds(takeovers.at(-1))],
    ['longest round', seconds(Math.max(0, ...rounds.map((round) => round.seconds)))],
    ...faults.map(({ name }): [string, number] => [
      name,
      sum(({ struck }) => struck.filter((what) => what === name).length),
    ]),
  ];
  const lines = rows.map(([name, value]) => `| ${name} | ${value} |`);
  return ['| what | how much |', '| --- | --- |', ...lines].join('\n');
}

function seconds(value: number | undefined): string {
  return value === undefined ? 'none' : `${value.toFixed(1)} s`;
}
