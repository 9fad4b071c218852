// A broker that died is thought to lead its partitions for 9 s and more: setup waits for the next leader.
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topics } from '@switchboard/contracts';
import { ensureTopics, type KafkaSettings, singleNode } from '@switchboard/kafka';
import {
  type KafkaProxy,
  LIST_OFFSETS,
  notLeaderForOffsets,
  startKafkaProxy,
} from '@switchboard/kafka/spec-kit';
import { quiet } from '@switchboard/testing';
import { type Guard, startGuard } from '../../processes/guard.mjs';
import { startCluster } from '../rig/kafka-cluster.ts';

/** With pauses of up to a second in between they last as long as a cluster misses a broker. */
const REFUSALS = 12;

let guard: Guard;
let proxy: KafkaProxy;
let settings: KafkaSettings;

beforeAll(async () => {
  guard = startGuard();
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-patience-'));
  chmodSync(folder, 0o755);
  guard.remove(folder);
  const advertise = async (port: number): Promise<number> => {
    proxy = await startKafkaProxy(port, 'spec');
    return proxy.port;
  };
  const { brokers } = await startCluster({ guard, folder, heapMb: 256, advertise });
  settings = { brokers: [brokers], clientId: 'spec', topicPrefix: 'spec.', logger: quiet };
});
afterAll(async () => {
  await proxy.close();
  await guard.endAll();
});

test('topics are made, their leaders are waited for, and what was made is told as made', async () => {
  const topic = { ...topics.events, name: 'new', partitions: 2 };
  proxy.changeAnswers(LIST_OFFSETS, REFUSALS, notLeaderForOffsets);
  const report = await ensureTopics(settings, [topic], singleNode);
  expect(report).toMatchObject({ created: ['spec.new'], kept: [] });
});

test('and those that are there already, before a release', async () => {
  const topic = { ...topics.events, name: 'old', partitions: 2 };
  await ensureTopics(settings, [topic], singleNode);
  proxy.changeAnswers(LIST_OFFSETS, REFUSALS, notLeaderForOffsets);
  const report = await ensureTopics(settings, [topic], singleNode);
  expect(report).toMatchObject({ created: [], updated: [], kept: ['spec.old'] });
});
