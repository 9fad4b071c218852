// Which database and brokers the command uses.
import { readSystem } from './system.ts';

test('those of the environment; brokers may be missing, the database may not', () => {
  expect(readSystem({ DATABASE_URL: 'postgres://there/y' })).toMatchObject({
    DATABASE_URL: 'postgres://there/y',
    DATABASE_SCHEMA: 'switchboard',
    KAFKA_BROKERS: undefined,
  });
  const env = { DATABASE_URL: 'postgres://there/y', DATABASE_SCHEMA: 's', KAFKA_BROKERS: 'other:2' };
  expect(readSystem(env)).toMatchObject({ DATABASE_SCHEMA: 's', KAFKA_BROKERS: ['other:2'] });
  expect(() => readSystem({ KAFKA_BROKERS: 'other:2' })).toThrow('DATABASE_URL: is missing');
  expect(() => readSystem({ DATABASE_URL: 'mysql://x' })).toThrow('DATABASE_URL');
});
