// The rule about `prepare`: it makes what deliveries need on the other side, and nothing else.
import { ending, type Must } from './must.ts';

export const prepareMusts: readonly Must[] = [
  {
    id: 'S32',
    title: 'makes what its check finds missing, once',
    async faults({ sink, trials }) {
      if (sink.prepare === undefined) return [];
      if (sink.check === undefined) return ['it has no check that could find anything missing'];
      const [first, second, refused, after] = await trials.prepared();
      const of = (trial: typeof first) => (trial === undefined ? 'nothing' : ending(trial));
      return [
        ...(first?.kind === 'delivered' ? [] : [`at a vendor that is well it says ${of(first)}`]),
        ...(first !== undefined && first.kept + first.doubled > 0
          ? []
          : ['it leaves nothing on the other side']),
        ...(second?.kind === 'delivered' ? [] : [`a second time it says ${of(second)}`]),
        ...(second?.kept === first?.kept && second?.doubled === first?.doubled
          ? []
          : ['a second time it makes something more']),
        ...(refused?.kind === 'broken' ? [] : [`answered 401 it says ${of(refused)}`]),
        ...(after?.kind === 'delivered' ? [] : [`after it the check says ${of(after)}`]),
      ];
    },
  },
];
