// The patched requests of kafkajs, compared with its own, and its patched timer.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import fetchApi from 'kafkajs/src/protocol/requests/fetch/index.js';
import metadataApi from 'kafkajs/src/protocol/requests/metadata/index.js';
import theirRequest from 'kafkajs/src/protocol/requests/fetch/v11/request.js';
import type { FetchOptions } from '../codec/fetch-request.ts';
import './install.ts';

const int32 = fc.integer({ min: -1, max: 2 ** 31 - 1 });
const text = fc.string({ unit: 'grapheme', maxLength: 30 });
const asked: fc.Arbitrary<FetchOptions> = fc.record({
  maxWaitTime: int32,
  minBytes: int32,
  maxBytes: int32,
  isolationLevel: fc.constantFrom(0, 1),
  rackId: text,
  topics: fc.array(
    fc.record({
      topic: text,
      partitions: fc.array(
        fc.record({
          partition: int32,
          fetchOffset: fc.bigInt({ min: -2n, max: 2n ** 62n }).map(String),
          maxBytes: int32,
        }),
        { maxLength: 15 },
      ),
    }),
    { maxLength: 4 },
  ),
});

test('a Fetch request has the bytes that kafkajs writes', async () => {
  await fc.assert(
    fc.asyncProperty(asked, async (options) => {
      const { request } = fetchApi.protocol({ version: 11 })(options);
      const ours = await request.encode();
      const theirs = await theirRequest({ replicaId: -1, ...options }).encode();
      expect(ours.buffer).toEqual(theirs.buffer);
    }),
  );
});

test('kafkajs sees only those partitions of a Fetch response that have news', async () => {
  const partition = (number: number, errorCode: number, replica: number) => {
    const bytes = Buffer.alloc(42);
    bytes.writeInt32BE(number);
    bytes.writeInt16BE(errorCode, 4);
    bytes.writeInt32BE(replica, 34);
    return bytes;
  };
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 't'.charCodeAt(0), 0, 0, 0, 3]);
  const answer = Buffer.concat([head, partition(0, 0, -1), partition(1, 1, -1), partition(2, 0, 7)]);
  const { response } = fetchApi.protocol({ version: 11 })({ topics: [] });
  const { responses } = (await response.decode(answer)) as {
    responses: { topicName: string; partitions: { partition: number }[] }[];
  };
  expect(responses).toMatchObject([
    {
      topicName: 't',
      partitions: [
        { partition: 1, errorCode: 1 },
        { partition: 2, preferredReadReplica: 7 },
      ],
    },
  ]);
  expect(responses[0]?.partitions).toHaveLength(2);
});

test('the timer of a connection runs only while requests wait', () => {
  const queue = new RequestQueue({
    maxInFlightRequests: 1,
    logger: { namespace: () => ({ debug: () => undefined }) },
  });
  queue.checkPendingRequests();
  expect(queue.throttleCheckTimeoutId).toBeNull();
  queue.throttledUntil = Date.now() + 60_000;
  queue.pending.push({});
  queue.checkPendingRequests();
  expect(queue.throttleCheckTimeoutId).not.toBeNull();
  queue.destroy();
});

test('a response about all topics accepts partitions without a leader; a response about named topics fails for them', async () => {
  const topic = (name: string, topicErrorCode: number, ...partitions: number[]) => ({
    topicErrorCode,
    topic: name,
    partitionMetadata: partitions.map((partitionErrorCode) => ({ partitionErrorCode, leader: -1 })),
  });
  const brokers = [{ nodeId: 1 }, { nodeId: 2 }];
  const topicMetadata = [topic('good', 0, 0, 0), topic('no leader', 0, 0, 5), topic('being made', 5)];
  const answer = { brokers, topicMetadata };
  const asked = (...topics: string[]) => metadataApi.protocol({ version: 6 })({ topics }).response;
  expect(await asked().parse(answer)).toEqual({
    brokers,
    topicMetadata: [topic('good', 0, 0, 0), topic('no leader', 0, 0, 0)],
  });
  await expect(asked('good', 'no leader').parse(answer)).rejects.toThrow('There is no leader');
});

test('kafkajs is the version that we patch', () => {
  const installed = JSON.parse(
    readFileSync(new URL('../../../../node_modules/kafkajs/package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  expect(installed.version).toBe('2.2.4');
});
