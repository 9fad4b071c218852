// Health is stored by a loop and before a hand-over, perhaps at the same moment.
import { deliverySettings } from '@switchboard/contracts';
import type { IntegrationStates } from '@switchboard/ledger';
import { Health } from './health.ts';
import { HealthStore } from './health-store.ts';

const queueOf = (health: Health) => ({
  identity: { integrationId: 'one', tenantId: 'acme', sink: 'probe' },
  version: '1',
  health,
});

/** A health with a notification that is not stored yet. */
function broken(): Health {
  const settings = { ...deliverySettings.parse({}), holdSeconds: 60 };
  const health = new Health(settings, undefined, { mono: 0, wall: 0 });
  health.broken(1, { mono: 2, wall: 2 }, '401');
  return health;
}

test('two requests at once store a notification once, and the second ends after the first', async () => {
  const written: string[][] = [];
  let answer = (): void => undefined;
  const write: IntegrationStates['write'] = (_states, operations) => {
    written.push(operations.map(({ type }) => type));
    return new Promise((resolve) => {
      answer = resolve;
    });
  };
  const store = new HealthStore({ write });
  const queues = [queueOf(broken())];
  const ended: number[] = [];
  const first = store.store(queues).then(() => ended.push(1));
  const second = store.store(queues).then(() => ended.push(2));
  await new Promise(setImmediate);
  expect(written).toEqual([['integration.broken']]);
  expect(ended).toEqual([]);
  answer();
  await Promise.all([first, second]);
  expect(written).toEqual([['integration.broken']]);
  expect(ended).toEqual([1, 2]);
});

test('what could not be stored is stored next time', async () => {
  const written: string[][] = [];
  const store = new HealthStore({
    async write(_states, operations) {
      written.push(operations.map(({ type }) => type));
      if (written.length === 1) throw new Error('no connection');
    },
  });
  const queues = [queueOf(broken())];
  await expect(store.store(queues)).rejects.toThrow('no connection');
  await store.store(queues);
  await store.store(queues);
  expect(written).toEqual([['integration.broken'], ['integration.broken']]);
});
