import { randomBytes } from 'node:crypto';
import { topics } from '@switchboard/contracts';
import { ensureTopics, topicEnds, singleNode } from '@switchboard/kafka';
import { quiet, suite } from '@switchboard/testing';
import { deleteTopics } from '../servers/operator.mjs';
import { testServers } from './test-servers.mjs';

const real = { KAFKA_BROKERS: 'production:9092', DATABASE_URL: 'postgres://u:p@production/x' };

test('servers that the shell names for other purposes are not used, and that is said', () => {
  const { kafka, postgres, ignored } = testServers(real);
  expect([kafka, postgres]).toEqual([undefined, undefined]);
  expect(ignored).toEqual([
    'KAFKA_BROKERS is set and not used here: fresh servers are started. To use a server that exists, set TEST_KAFKA_BROKERS.',
    'DATABASE_URL is set and not used here: fresh servers are started. To use a server that exists, set TEST_DATABASE_URL.',
  ]);
});

test('those that are named for tests are', () => {
  const named = { TEST_KAFKA_BROKERS: 'one:1', TEST_DATABASE_URL: 'postgres://two/x' };
  expect(testServers({ ...real, ...named })).toEqual({
    kafka: 'one:1',
    postgres: 'postgres://two/x',
    ignored: [],
  });
  expect(testServers({})).toEqual({ kafka: undefined, postgres: undefined, ignored: [] });
});

test('topics of a run are told by their names, and deleted without touching others', async () => {
  const corner = await suite({ topics: false });
  try {
    expect(process.env['TEST_RUN']).toMatch(/^[0-9a-f]{6}$/);
    expect(corner.env.TOPIC_PREFIX).toMatch(new RegExp(`^t${process.env['TEST_RUN']}`));
    const mark = randomBytes(4).toString('hex');
    const prefixes = [`${corner.env.TOPIC_PREFIX}${mark}a`, `${corner.env.TOPIC_PREFIX}${mark}b`];
    const settings = prefixes.map((topicPrefix) => ({ ...corner.kafka, topicPrefix, logger: quiet }));
    for (const each of settings) await ensureTopics(each, [topics.events], singleNode);
    const [first = '', second = ''] = prefixes;
    expect(await deleteTopics(corner.kafka.brokers, first)).toEqual([`${first}${topics.events.name}`]);
    expect(await topicEnds({ ...corner.kafka, topicPrefix: second }, topics.events)).not.toHaveLength(0);
    expect(await deleteTopics(corner.kafka.brokers, first)).toEqual([]);
  } finally {
    await corner.end();
  }
});

test('a prefix that would meet everything is refused', () => {
  expect(() => deleteTopics(['127.0.0.1:1'], 't')).toThrow('too short');
});
