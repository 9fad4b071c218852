// Runs mistakes through their scenarios. Each scenario must fail, for the expected reason: a suite that never fails
// proves nothing.
import { join } from 'node:path';
import { inColumns } from '../../../command-line/table.mjs';
import { root } from '../../../root.mjs';
import type { Result } from '../report.ts';
import { type RunOptions, runScenario } from '../runner.ts';
import type { Scenario } from '../scenario.ts';
import { type Bug, buildWith } from './bug.ts';

/** How a mistake fared. */
export interface Catch {
  readonly bug: string;
  readonly breaks: string;
  readonly scenario: string;
  readonly expected: string;
  /** The scenario failed as expected. */
  readonly caught: boolean;
  readonly result: Result;
}

/** The scenario with the service as it is: what fails without a mistake proves nothing by failing with one. */
export async function runControl(scenario: Scenario, options: RunOptions): Promise<Catch> {
  const result = await runScenario(scenario, options);
  const { passed } = result;
  return {
    bug: `none (${scenario.name})`,
    breaks: 'nothing',
    scenario: scenario.name,
    expected: 'nothing',
    caught: passed,
    result,
  };
}

/** Builds the service with the mistake and runs its scenario. Throws BugMismatchError, BuildError. */
export async function runBug(bug: Bug, scenario: Scenario, options: RunOptions): Promise<Catch> {
  options.progress(`building ${bug.app}`);
  const folder = await buildWith(bug.app, [bug], join(root, '.cache/faults/bugs', bug.name));
  const result = await runScenario(scenario, { ...options, distOf: { [bug.app]: folder } });
  return {
    bug: bug.name,
    breaks: bug.breaks,
    scenario: scenario.name,
    expected: bug.expected,
    caught: result.violations.some(({ kind }) => kind === bug.expected),
    result,
  };
}

/** A table of mistakes and what caught them, and under it what was found instead where that was not as expected. */
export function tableOfCatches(catches: readonly Catch[]): string {
  const rows = [
    ['bug', 'scenario', 'expected', 'caught by', 's', ''],
    ...catches.map(({ bug, scenario, expected, caught, result }) => [
      bug,
      scenario,
      expected,
      result.violations.map(({ kind, count }) => `${kind} ${count}`).join(', ') || 'nothing',
      result.seconds.toFixed(0),
      caught ? 'PASS' : 'FAIL',
    ]),
  ];
  const missed = catches.filter(({ caught }) => !caught);
  return [
    ...inColumns(rows),
    ...missed.map(({ bug, breaks, scenario, expected }) =>
      expected === 'nothing'
        ? `\n${scenario} fails without any mistake: mend that first`
        : `\n${bug} went unnoticed: ${breaks}, and ${scenario} saw no "${expected}"; make the scenario harder`,
    ),
    '',
  ].join('\n');
}
