// A scenario in which ingest starts while Postgres is away: events with the platform-wide secret are accepted.
import { eventually } from '@switchboard/testing';
import type { Scenario } from '../scenario.ts';

const AWAY_SECONDS = 30;
/** So many must be accepted by the process that knows nothing of Postgres. */
const EVENTS = 200;

export const coldStart: Scenario = {
  name: 'cold-start',
  title:
    'ingest starts without Postgres and accepts events with the platform-wide secret; nothing is lost or overtaken',
  platformSigned: true,
  seconds: AWAY_SECONDS + 20,
  async trouble({ system, corner, servers, load, clock, note, violated }) {
    // What waits in a spool that nobody can read may be overtaken (decision 20): so none does.
    await eventually(async () => {
      const [spool] = await corner.database.query<{ rows: number }>(
        'select count(*)::int as rows from spool',
      );
      const state = await (await fetch(`${system.ingest}/health/ready`)).text();
      if (spool?.rows !== 0 || !state.includes('"events_go_to":"kafka"'))
        throw new Error(`not calm: ${state}`);
    });
    await servers.postgres.stop();
    note('Postgres is stopped, and ingest is started anew');
    const code = await system.terminate('ingest');
    if (code !== 0) violated(`ingest ended with ${code} when it was stopped without Postgres`);
    await system.start('ingest');
    const before = load.accepted;
    await Promise.all([clock.events(EVENTS), clock.seconds(AWAY_SECONDS)]);
    const health = await fetch(`${system.ingest}/health/ready`);
    const state = await health.text();
    if (!state.includes('"tenant_secrets":"unread"')) violated(`ingest did not say what it lacks: ${state}`);
    note(`Postgres comes back; ${load.accepted - before} events were accepted without it`);
    await servers.postgres.start();
  },
};
