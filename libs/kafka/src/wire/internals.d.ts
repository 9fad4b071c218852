// What of kafkajs's inside is replaced, as far as it is used. Pinned with its version; wire.spec.ts fails when it moves.

interface KafkajsRequest {
  readonly encode: () => Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
}

interface KafkajsResponse {
  readonly decode: (bytes: Buffer) => Promise<unknown>;
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

declare module 'kafkajs/src/protocol/requests/fetch/v11/request.js' {
  const request: (options: object) => KafkajsRequest;
  export default request;
}
