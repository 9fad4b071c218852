// Rules about the outcome that a sink returns for each answer: the default table, and what the vendor's author says.
import { type AnswerGroup, REDIRECT_TARGET } from './answer-cases.ts';
import { limited, outcomeText, type Rule, type RuleContext } from './rule.ts';
import { callName } from './stand-in.ts';
import type { AnswerCaseTrial } from './trials.ts';

/** An HTTP date has whole seconds, and the trial itself takes time. */
const DATE_TOLERANCE_SECONDS = 3;

export const answerRules: readonly Rule[] = [
  {
    id: 'S14',
    title: 'takes a 2xx that it cannot read as delivered',
    faults: asInTable('unreadable'),
  },
  {
    id: 'S15',
    title: 'reports a 2xx that is not a success',
    faults: asInTable('error-in-2xx'),
  },
  {
    id: 'S16',
    title: 'rejects the event at 400, 404, 409, 410, 413, 414, 415 and 422',
    faults: asInTable('rejected'),
  },
  {
    id: 'S17',
    title: 'says that the integration is broken at 401, 402, 403 and 407',
    faults: asInTable('credentials'),
  },
  {
    id: 'S18',
    title: 'follows no redirect and rejects the event',
    async faults(context) {
      const followed = (await trialsIn(context, 'redirect'))
        .filter(({ trial }) => trial.requests.some(({ path }) => path === REDIRECT_TARGET))
        .map(({ trial }) => `${trial.plan.title}: the sink follows the redirect`);
      return limited([...followed, ...(await asInTable('redirect')(context))]);
    },
  },
  {
    id: 'S19',
    title: 'passes Retry-After on unchanged, and names a time of its own for a 429 without it',
    faults: async (context) => limited((await trialsIn(context, 'retry-after')).flatMap(retryAfterFaults)),
  },
  {
    id: 'S20',
    title: 'leaves 408, 421, 425 and 5xx to the retry schedule',
    async faults(context) {
      const timed = (await trialsIn(context, 'transient'))
        .filter(({ trial }) => trial.kind === 'retry' && trial.afterSeconds !== undefined)
        .map(
          ({ trial }) =>
            `${trial.plan.title}: the sink asks for a retry after ${trial.afterSeconds} s, which the vendor did not name`,
        );
      return limited([...timed, ...(await asInTable('transient')(context))]);
    },
  },
  {
    id: 'S21',
    title: 'lets a call without a complete answer be tried again',
    faults: asInTable('no-answer'),
  },
  {
    id: 'S22',
    title: 'repeats no call by itself',
    async faults(context) {
      const { sink } = context;
      return limited(
        (await context.trials.answerCases()).flatMap(({ trial, nth, answerCase }) => {
          const answered = trial.calls[nth - 1];
          // The runtime renews a token and repeats the call that was refused with the old one.
          const allowed =
            answerCase.group === 'credentials' && sink.auth?.onUnauthorized !== undefined ? 2 : 1;
          const same = trial.calls.filter(
            (call) =>
              answered !== undefined && callName(call) === callName(answered) && call.text === answered.text,
          );
          return same.length > allowed ? [`${trial.plan.title}: the sink makes the same call again`] : [];
        }),
      );
    },
  },
];

async function trialsIn({ trials }: RuleContext, group: AnswerGroup): Promise<AnswerCaseTrial[]> {
  return (await trials.answerCases()).filter(({ answerCase }) => answerCase.group === group);
}

function asInTable(group: AnswerGroup): Rule['faults'] {
  return async (context) => limited((await trialsIn(context, group)).flatMap(outcomeFaults));
}

function outcomeFaults(answered: AnswerCaseTrial): string[] {
  const { trial } = answered;
  const expected = expectedOutcome(answered);
  return trial.kind === expected
    ? []
    : [`${trial.plan.title}: must be ${expected}, the sink returns ${outcomeText(trial)}`];
}

function expectedOutcome({ answerCase: { outcome }, trial, nth }: AnswerCaseTrial): string {
  if (typeof outcome === 'string') return outcome;
  const answered = trial.calls[nth - 1];
  return answered === undefined ? 'retry' : outcome(answered);
}

function retryAfterFaults(answered: AnswerCaseTrial): string[] {
  const { answerCase, trial } = answered;
  const faults = outcomeFaults(answered);
  if (faults.length > 0 || trial.kind !== 'retry') return faults;
  const { afterSeconds } = trial;
  if (answerCase.afterSeconds === undefined) {
    return (afterSeconds ?? 0) > 0 ? [] : [`${trial.plan.title}: the sink names no time to wait`];
  }
  const isDate = answerCase.name.endsWith('date');
  const difference = Math.abs((afterSeconds ?? 0) - answerCase.afterSeconds);
  return afterSeconds !== undefined && difference <= (isDate ? DATE_TOLERANCE_SECONDS : 0)
    ? []
    : [
        `${trial.plan.title}: the sink waits ${afterSeconds === undefined ? 'by the schedule' : `${afterSeconds} s`}`,
      ];
}
