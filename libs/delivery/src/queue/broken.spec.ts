// A broken integration recovers by a call that began after the fault was found. Calls that were in flight before prove
// nothing, however they end.
import { addIntegration, fast, record } from '@switchboard/ledger/spec-kit';
import { broken, delivered } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { freshLedger, quick, sinkThat } from '../spec-kit.ts';

const ledger = freshLedger('one');
const operations = async () =>
  (await ledger.db.query('select type from operation order by id')).map(({ type }) => type);
const status = async () => (await ledger.db.query('select status from integration_state'))[0]?.['status'];

/** Calls that end when the test says so, named by their event. */
function calls() {
  const under = new Map<string, () => void>();
  return {
    /** Resolves when it may end. */
    begin: (name: string) => new Promise<void>((resolve) => under.set(name, resolve)),
    begun: (name: string) => eventually(() => expect([...under.keys()]).toContain(name)),
    end: (name: string) => under.get(name)?.(),
  };
}

test('a call that began before the fault was found, or with older settings, does not end it', async () => {
  const { begin, begun, end } = calls();
  const { take, runtime } = ledger.start(
    [
      sinkThat(async ({ id }, { config: { token } }) => {
        if (id !== 'bad') await begin(id);
        else if (token === 'mended') await begin('probe');
        return id === 'bad' && token !== 'mended' ? broken('401') : delivered();
      }),
    ],
    { ...quick, holdSeconds: 600 },
  );
  ledger.endLater(async () => {
    for (const name of ['slow', 'slower', 'probe']) end(name);
  });
  await eventually(() => expect(runtime['queues'].get('one')).toBeDefined());
  await take([record('slow'), record('slower'), record('bad')]);
  await begun('slow');
  await begun('slower');
  await eventually(async () => expect(await status()).toBe('broken'));
  end('slow');
  await ledger.allDelivered(1);
  await eventually(() => expect(runtime['queues'].get('one')?.inFlight).toBe(1));
  expect(runtime['queues'].get('one')?.health.status).toBe('broken');
  await addIntegration(ledger.db, 'one', {
    secrets: { token: 'mended' },
    delivery: { ...fast, timeout_seconds: 7 },
  });
  await begun('probe');
  end('slower');
  await ledger.allDelivered(2);
  // Notifications are stored together with the state. The state has been stored since the settings changed.
  await eventually(async () => expect(await status()).toBe('ok'));
  expect(await operations()).toEqual(['integration.broken']);
  end('probe');
  await ledger.allDelivered(3);
  await eventually(async () =>
    expect(await operations()).toEqual(['integration.broken', 'integration.recovered']),
  );
});
