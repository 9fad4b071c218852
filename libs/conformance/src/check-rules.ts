// Rules about `check`, which says whether an integration is usable, and `prepare`, which creates what is missing.
import { outcomeText, type Rule } from './rule.ts';
import type { ObservedTrial } from './trial.ts';

const outcomeOf = (trial: ObservedTrial | undefined) =>
  trial === undefined ? 'nothing' : outcomeText(trial);
const objectsOf = ({ objects, duplicableObjects }: ObservedTrial) => objects + duplicableObjects;

export const checkRules: readonly Rule[] = [
  {
    id: 'S13',
    title: 'checks whether an integration is usable without leaving a trace',
    async faults({ sink, trials }) {
      if (sink.check === undefined) return [];
      const [usable, refused] = await trials.checks();
      return [
        ...(usable?.kind === 'delivered'
          ? []
          : [`check at a vendor that works returns ${outcomeOf(usable)}`]),
        ...(usable !== undefined && objectsOf(usable) > 0 ? ['check creates something at the vendor'] : []),
        ...(refused?.kind === 'broken' ? [] : [`check that is answered 401 returns ${outcomeOf(refused)}`]),
      ];
    },
  },
];

export const prepareRules: readonly Rule[] = [
  {
    id: 'S32',
    title: 'creates what its check finds missing, once',
    async faults({ sink, trials }) {
      if (sink.prepare === undefined) return [];
      if (sink.check === undefined) return ['it has prepare and no check that could find anything missing'];
      const [first, second, refused, after] = await trials.prepares();
      return [
        ...(first?.kind === 'delivered'
          ? []
          : [`prepare at a vendor that works returns ${outcomeOf(first)}`]),
        ...(first !== undefined && objectsOf(first) > 0 ? [] : ['prepare creates nothing at the vendor']),
        ...(second?.kind === 'delivered' ? [] : [`prepare a second time returns ${outcomeOf(second)}`]),
        ...(second?.objects === first?.objects && second?.duplicableObjects === first?.duplicableObjects
          ? []
          : ['prepare a second time creates something more']),
        ...(refused?.kind === 'broken' ? [] : [`prepare that is answered 401 returns ${outcomeOf(refused)}`]),
        ...(after?.kind === 'delivered' ? [] : [`check after prepare returns ${outcomeOf(after)}`]),
      ];
    },
  },
];
