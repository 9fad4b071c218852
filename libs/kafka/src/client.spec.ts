import kafkajs from 'kafkajs';
import { isFinal, isMistake } from './client.ts';

const { KafkaJSConnectionError, KafkaJSNonRetriableError, KafkaJSProtocolError } = kafkajs;

/** As kafkajs's retrier does when it gives up. */
const wrap = (cause: Error): Error => Object.assign(new KafkaJSNonRetriableError(cause), { cause });

test('a mistake is told from trouble on the way, also when kafkajs has wrapped it', () => {
  const mistake = new TypeError('x is not a function');
  const wrapped = wrap(mistake);
  expect([mistake, wrapped].map(isMistake)).toEqual([true, true]);
  const passing = [
    new Error('Broker not connected'),
    new KafkaJSConnectionError('ECONNRESET'),
    wrap(new KafkaJSConnectionError('ECONNRESET')),
  ];
  expect(passing.map(isMistake)).toEqual([false, false, false]);
});

test('only what a broker would refuse again is final', () => {
  const refusal = (retriable: boolean) =>
    new KafkaJSProtocolError({ type: 'X', code: 1, retriable, message: 'refused' } as never);
  expect([refusal(false), refusal(true), new Error('x')].map(isFinal)).toEqual([true, false, false]);
});
