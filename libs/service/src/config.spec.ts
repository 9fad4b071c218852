import { z } from 'zod';
import { ConfigError, helpText, readConfig, settingRows } from './config.ts';
import { baseSettings, list, port, wholeNumber } from './settings.ts';

const shape = {
  ...baseSettings,
  PORT: port(3000),
  NAMES: list('Names').default([]).meta({ description: 'Names' }),
  TRIES: wholeNumber(1, 9, 3, 'Tries'),
  TOKEN: z.string().default('hidden-default').meta({ description: 'A token', secret: true }),
};
const good = { KAFKA_BROKERS: 'a:1, b:2', DATABASE_URL: 'postgres://u:p@h/d' };

test('reads and converts values, and fills in defaults', () => {
  const config = readConfig(shape, { ...good, PORT: '0', NAMES: 'x, y,', TRIES: '' });
  expect(config).toMatchObject({
    KAFKA_BROKERS: ['a:1', 'b:2'],
    PORT: 0,
    NAMES: ['x', 'y'],
    TRIES: 3,
    HOST: '127.0.0.1',
  });
});

test('blanks and line breaks around a value are removed', () => {
  const config = readConfig(shape, { ...good, TOKEN: '\ttok-1 2\r\n' });
  expect(config.TOKEN).toBe('tok-1 2');
});

test('accepts the other name of a variable', () => {
  const { KAFKA_BROKERS: _gone, ...rest } = good;
  expect(readConfig(shape, { ...rest, KAFKA_BROKER: 'k:9092' }).KAFKA_BROKERS).toEqual(['k:9092']);
});

test('names every problem at once, and never a value', () => {
  const read = () =>
    readConfig(shape, { DATABASE_URL: 'mysql://u:s3cret@h/d', PORT: '70000', TRIES: 'many' });
  expect(read).toThrow(ConfigError);
  try {
    read();
  } catch (error) {
    const { message } = error as Error;
    for (const name of [
      'KAFKA_BROKERS: is missing',
      'DATABASE_URL',
      'PORT',
      'TRIES: must be a whole number from 1 to 9',
    ])
      expect(message).toContain(name);
    expect(message).toContain('4 wrong or missing');
    expect(message).not.toContain('s3cret');
  }
});

test('help and rows come from the declaration, without the default of a secret', () => {
  expect(settingRows(shape).find(({ name }) => name === 'KAFKA_BROKERS')).toEqual({
    name: 'KAFKA_BROKERS',
    alias: 'KAFKA_BROKER',
    default: 'required',
    description: 'Kafka brokers, host:port, comma separated',
  });
  const help = helpText('thing', shape);
  expect(help).toContain('KAFKA_BROKERS (KAFKA_BROKER)');
  expect(help).not.toContain('hidden-default');
});
