// Types of the private parts of kafkajs that we patch or call, as far as they are used. They belong to the pinned version:
// requests.spec.ts fails when it changes.

interface KafkajsRequest {
  readonly encode: () => Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
}

interface KafkajsResponse {
  readonly decode: (bytes: Buffer) => Promise<unknown>;
  readonly parse: (decoded: unknown) => Promise<unknown>;
}

interface KafkajsCall {
  readonly request: KafkajsRequest;
  readonly response: KafkajsResponse;
}

interface KafkajsApi {
  protocol: (wanted: { readonly version: number }) => (options: object) => KafkajsCall;
}

declare module 'kafkajs/src/protocol/requests/produce/index.js' {
  const api: KafkajsApi;
  export default api;
}

declare module 'kafkajs/src/protocol/requests/fetch/index.js' {
  const api: KafkajsApi;
  export default api;
}

declare module 'kafkajs/src/protocol/requests/metadata/index.js' {
  const api: KafkajsApi;
  export default api;
}

declare module 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js' {
  import type { KafkaMessage } from 'kafkajs';
  const decodeMessages: (decoder: unknown) => Promise<KafkaMessage[]>;
  export default decodeMessages;
}

declare module 'kafkajs/src/protocol/decoder.js' {
  const Decoder: new (bytes: Buffer) => unknown;
  export default Decoder;
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  interface RequestQueueInstance {
    pending: unknown[];
    throttledUntil: number;
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    checkPendingRequests(): void;
    scheduleCheckPendingRequests(): void;
    destroy(): void;
  }
  const RequestQueue: new (options: object) => RequestQueueInstance;
  export default RequestQueue;
}

declare module 'kafkajs/src/network/connection.js' {
  /** One socket to a broker at a time. After disconnect() the next connect() opens another. */
  class Connection {
    constructor(options: object);
    readonly socket: import('node:net').Socket;
    /** The part of an answer that has come so far, and how many bytes it must have to be read on. */
    chunks: Buffer[];
    bytesBuffered: number;
    bytesNeeded: number;
    isConnected(): boolean;
    connect(): Promise<unknown>;
    disconnect(): Promise<unknown>;
    send(call: KafkajsCall): Promise<unknown>;
    rejectRequests(error: Error): void;
  }
  export default Connection;
}

declare module 'kafkajs/src/protocol/requests/fetch/v11/request.js' {
  const request: (options: object) => KafkajsRequest;
  export default request;
}

/** The offsets of one generation of the group. */
interface KafkajsOffsets {
  nextOffset(topic: string, partition: number): { toString(): string };
}

interface KafkajsConsumerGroup {
  offsetManager: KafkajsOffsets | null;
  fetch(nodeId: number | string): Promise<import('kafkajs').Batch[]>;
  commitOffsets(offsets: object): Promise<void>;
  recoverFromOffsetOutOfRange(error: { readonly topic: string; readonly partition: number }): Promise<void>;
}

declare module 'kafkajs/src/consumer/consumerGroup.js' {
  const ConsumerGroup: { readonly prototype: KafkajsConsumerGroup };
  export default ConsumerGroup;
}

declare module 'kafkajs/src/consumer/runner.js' {
  class Runner {
    running: boolean;
    readonly consumerGroup: KafkajsConsumerGroup;
    handleBatch(batch: import('kafkajs').Batch): Promise<void>;
    commitOffsets(offsets: object): Promise<void>;
  }
  export default Runner;
}

interface KafkajsBroker {
  produce(options: object): Promise<{
    readonly topics: readonly {
      readonly topicName: string;
      readonly partitions: readonly { readonly partition: number; readonly errorCode: number }[];
    }[];
  }>;
}

interface KafkajsCluster {
  targetTopics: Set<string>;
  readonly brokerPool: {
    metadata: {
      readonly topicMetadata: readonly {
        readonly topic: string;
        readonly partitionMetadata: readonly { readonly partitionId: number; readonly leader: number }[];
      }[];
    } | null;
  };
  isConnected(): boolean;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  findBroker(wanted: { readonly nodeId: string }): Promise<KafkajsBroker>;
  removeBroker(address: { readonly host: string; readonly port: number }): void;
}

declare module 'kafkajs/src/protocol/error.js' {
  const errors: {
    readonly errorCodes: readonly {
      readonly type: string;
      readonly code: number;
      readonly retriable: boolean;
    }[];
  };
  export default errors;
}
