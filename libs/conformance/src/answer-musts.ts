// Rules about what answers mean: the default table, and what the vendor's own says otherwise.
import { ELSEWHERE, type RowGroup } from './answers.ts';
import { ending, few, type Must, type Seen } from './must.ts';
import { nameOf } from './test-stand-in.ts';
import type { Answered } from './trials.ts';

/** An HTTP date has whole seconds, and the trial takes its time. */
const DATE_SLACK_SECONDS = 3;

export const answerMusts: readonly Must[] = [
  {
    id: 'S14',
    title: 'takes a 2xx that it cannot read as delivered',
    faults: byTable('unreadable'),
  },
  {
    id: 'S15',
    title: 'knows a 2xx that is no success',
    faults: byTable('not-ok'),
  },
  {
    id: 'S16',
    title: 'rejects the event at 400, 404, 409, 410, 413, 414, 415 and 422',
    faults: byTable('refused'),
  },
  {
    id: 'S17',
    title: 'says that the integration is broken at 401 and 403',
    faults: byTable('credentials'),
  },
  {
    id: 'S18',
    title: 'follows no redirect and rejects the event',
    async faults(seen) {
      const followed = (await answeredIn(seen, 'redirect'))
        .filter(({ trial }) => trial.requests.some(({ path }) => path === ELSEWHERE))
        .map(({ trial }) => `${trial.attempt.what} is followed`);
      return few([...followed, ...(await byTable('redirect')(seen))]);
    },
  },
  {
    id: 'S19',
    title: 'hands Retry-After on as it is, and names a time of its own at a 429 without',
    faults: async (seen) => few((await answeredIn(seen, 'pause')).flatMap(pauseFaults)),
  },
  {
    id: 'S20',
    title: 'leaves 408, 425 and 5xx to the schedule',
    async faults(seen) {
      const timed = (await answeredIn(seen, 'transient'))
        .filter(({ trial }) => trial.kind === 'retry' && trial.afterSeconds !== undefined)
        .map(({ trial }) => `${trial.attempt.what} asks for ${trial.afterSeconds} s that nobody has named`);
      return few([...timed, ...(await byTable('transient')(seen))]);
    },
  },
  {
    id: 'S21',
    title: 'lets a call without a whole answer be tried again',
    faults: byTable('silent'),
  },
  {
    id: 'S22',
    title: 'makes no call again by itself',
    async faults(seen) {
      const { sink } = seen;
      return few(
        (await seen.trials.answered()).flatMap(({ trial, nth, row }) => {
          const met = trial.calls[nth - 1];
          // The runtime renews a token and repeats the call that was refused with the old one.
          const repeats = row.group === 'credentials' && sink.auth?.onUnauthorized !== undefined ? 2 : 1;
          const same = trial.calls.filter(
            (call) => met !== undefined && nameOf(call) === nameOf(met) && call.text === met.text,
          );
          return same.length > repeats ? [`${trial.attempt.what} is met by the same call again`] : [];
        }),
      );
    },
  },
];

async function answeredIn({ trials }: Seen, group: RowGroup): Promise<Answered[]> {
  return (await trials.answered()).filter(({ row }) => row.group === group);
}

function byTable(group: RowGroup): Must['faults'] {
  return async (seen) =>
    few(
      (await answeredIn(seen, group)).flatMap((answered) => {
        const { trial } = answered;
        const means = meaningOf(answered);
        return trial.kind === means
          ? []
          : [`${trial.attempt.what} means ${means}, and it says ${ending(trial)}`];
      }),
    );
}

function meaningOf({ row: { means }, trial, nth }: Answered): string {
  if (typeof means === 'string') return means;
  const met = trial.calls[nth - 1];
  return met === undefined ? 'retry' : means(met);
}

function pauseFaults(answered: Answered): string[] {
  const { row, trial } = answered;
  const means = meaningOf(answered);
  if (means !== trial.kind) return [`${trial.attempt.what} means ${means}, and it says ${ending(trial)}`];
  if (means !== 'retry') return [];
  const { afterSeconds } = trial;
  if (row.afterSeconds === undefined) {
    return (afterSeconds ?? 0) > 0 ? [] : [`${trial.attempt.what} gets no pause`];
  }
  const isDate = row.name.endsWith('date');
  const missed = Math.abs((afterSeconds ?? 0) - row.afterSeconds);
  return afterSeconds !== undefined && missed <= (isDate ? DATE_SLACK_SECONDS : 0)
    ? []
    : [`${trial.attempt.what} makes it wait ${afterSeconds ?? 'by the schedule'}`];
}
