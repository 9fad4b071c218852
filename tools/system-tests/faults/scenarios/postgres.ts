// Scenarios in which Postgres dies and recovers, and in which it is away for long, at last together with Kafka. A 2xx
// must mean durable even then.
import { type Scenario, UNRECORDED } from '../scenario.ts';
import { theBroker } from './brokers.ts';

const KILLS = 3;
const AWAY_SECONDS = 120;
/** Of these: longer than ingest waits for Kafka and for a connection to Postgres. */
const BOTH_AWAY_SECONDS = 20;

export const postgresKill: Scenario = {
  name: 'postgres-kill',
  title: `Postgres is killed ${KILLS} times and started at once: what it had not committed is done again`,
  seconds: 30,
  async trouble({ servers, clock, random, note, allowDoubled, violated }) {
    for (let kill = 1; kill <= KILLS; kill += 1) {
      await clock.events(200 + Math.floor(random() * 200));
      allowDoubled(UNRECORDED);
      const before = servers.postgres.pid;
      await servers.postgres.kill();
      note(`Postgres is killed, ${kill} of ${KILLS}`);
      await servers.postgres.start();
      if (servers.postgres.pid === before) violated('Postgres was not killed: it runs on');
    }
  },
};

export const postgresAway: Scenario = {
  name: 'postgres-away',
  title: 'Postgres is away for two minutes, Kafka for the end of them: no false 2xx, deliveries go on later',
  seconds: AWAY_SECONDS + 10,
  async trouble({ servers, clock, load, note, violated }) {
    const broker = theBroker(servers);
    await servers.postgres.stop();
    if (servers.postgres.running) violated('Postgres was not stopped: it runs on');
    note(`Postgres is stopped for ${AWAY_SECONDS} s; Kafka alone has to do`);
    const half = (AWAY_SECONDS - BOTH_AWAY_SECONDS) / 2;
    await clock.seconds(half);
    const before = load.accepted;
    await clock.seconds(half);
    if (load.accepted === before) violated('nothing was accepted while only Postgres was away');

    await broker.stop();
    note('now Kafka is stopped too: nothing durable is in reach');
    const refused = load.answers.get(503) ?? 0;
    await clock.seconds(BOTH_AWAY_SECONDS);
    const more = (load.answers.get(503) ?? 0) - refused;
    if (more === 0) violated('nobody was answered 503 while both were away');
    note(`both come back; ${more} posts were answered 503`);
    await Promise.all([broker.start(), servers.postgres.start()]);
  },
};
