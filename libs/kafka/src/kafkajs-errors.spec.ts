import kafkajs from 'kafkajs';
import { isPermanentRefusal, isProgrammingError } from './kafkajs-errors.ts';

const { KafkaJSConnectionError, KafkaJSNonRetriableError, KafkaJSProtocolError } = kafkajs;

/** Wraps an error as kafkajs's retrier does when it gives up. */
const wrap = (cause: Error): Error => Object.assign(new KafkaJSNonRetriableError(cause), { cause });

test('a programming error differs from a failed connection, also if kafkajs has wrapped it', () => {
  const mistake = new TypeError('x is not a function');
  const wrapped = wrap(mistake);
  expect([mistake, wrapped].map(isProgrammingError)).toEqual([true, true]);
  const passing = [
    new Error('Broker not connected'),
    new KafkaJSConnectionError('ECONNRESET'),
    wrap(new KafkaJSConnectionError('ECONNRESET')),
  ];
  expect(passing.map(isProgrammingError)).toEqual([false, false, false]);
});

test('only a refusal that the broker would repeat is permanent', () => {
  const refusal = (retriable: boolean) =>
    new KafkaJSProtocolError({ type: 'X', code: 1, retriable, message: 'refused' } as never);
  expect([refusal(false), refusal(true), new Error('x')].map(isPermanentRefusal)).toEqual([
    true,
    false,
    false,
  ]);
});
