// Scenarios in which the database answers but refuses: statements are cancelled again and again under load, or it is
// read-only for a while, as after a failover behind the same address.
import type { Suite } from '@switchboard/testing';
import { type Scenario, UNRECORDED } from '../scenario.ts';

const REFUSALS = 10;
const REFUSED_MS = 1_500;
const BETWEEN_EVENTS = 60;
const READ_ONLY_SECONDS = 40;
/** What was under way when it began has ended by then. */
const FIRST_SECONDS = 10;

export const refusedStatements: Scenario = {
  name: 'refused-statements',
  title: `Postgres cancels every statement for ${REFUSED_MS / 1000} s, ${REFUSALS} times under load: what was refused is done again, in order`,
  seconds: 60,
  async trouble({ servers, clock, random, note, violated }) {
    for (let refusal = 1; refusal <= REFUSALS; refusal += 1) {
      await clock.events(BETWEEN_EVENTS + Math.floor(random() * BETWEEN_EVENTS));
      const cancelled = await servers.postgres.cancelStatements(REFUSED_MS);
      note(`refusal ${refusal} of ${REFUSALS}: ${cancelled} statements were cancelled`);
      if (cancelled === 0) violated('no statement was under way that could be cancelled');
    }
  },
};

export const postgresReadOnly: Scenario = {
  name: 'postgres-read-only',
  title: `Postgres can only be read for ${READ_ONLY_SECONDS} s, behind the same address: all goes on by itself when it can be written`,
  seconds: READ_ONLY_SECONDS + 20,
  async trouble({ servers, corner, load, clock, note, allowDoubled, violated }) {
    // Outcomes cannot be written, and an owner that cannot say that it lives is taken over.
    allowDoubled(UNRECORDED);
    await servers.postgres.readOnly(true);
    note(`Postgres can only be read for ${READ_ONLY_SECONDS} s`);
    await clock.seconds(FIRST_SECONDS);
    const before = { written: await written(corner), accepted: load.accepted };
    await clock.seconds(READ_ONLY_SECONDS - FIRST_SECONDS);
    if ((await written(corner)) !== before.written)
      violated('outcomes were written to a database that is read-only');
    if (load.accepted === before.accepted) violated('nothing was accepted while Postgres could only be read');
    await servers.postgres.readOnly(false);
  },
};

/** Deliveries whose outcome is in the ledger. */
async function written({ database }: Suite): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `select count(*)::int as count from delivery where state <> 'waiting'`,
  );
  return row?.count ?? 0;
}
