export { checkBroker } from './admin/check-broker.ts';
export {
  ensureTopics,
  type Replication,
  singleNode,
  threeCopies,
  type TopicReport,
} from './admin/ensure-topics.ts';
export { committedOffsets, type PartitionEnds, readAll, topicEnds } from './admin/read-topic.ts';
export { type ConsumerOptions, KafkaConsumer, type Liveness, type Progress } from './consumer/consumer.ts';
export type { Handler, RecordHandler, RecordsHandler } from './consumer/handler.ts';
export type { ConsumerObserver } from './consumer/observer.ts';
export { dead, done, type Outcome } from './consumer/outcome.ts';

export {
  HandlerSetupError,
  KafkaRefusedError,
  KafkaUnavailableError,
  RecordRefusedError,
  RecordTooLargeError,
  TopicMismatchError,
  UnreadableBatchError,
} from './errors.ts';
export { OnRecord, OnRecords } from './nest/on-records.ts';
export { KafkaBatchStrategy } from './nest/strategy.ts';
export { KafkaProducer, type ProducerOptions } from './producer/producer.ts';
export { forward, headerOf, type InRecord, type KafkaSettings, type OutRecord } from './records.ts';
