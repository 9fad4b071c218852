// What specs of other rooms use of this library: the proxy in front of a broker, and frames that it changes.
export {
  FETCH,
  fromUnknownMember,
  JOIN_GROUP,
  LIST_OFFSETS,
  notLeader,
  notLeaderForOffsets,
  PRODUCE,
  storageError,
  unknownCodec,
} from './test-frames.ts';
export { type KafkaProxy, startKafkaProxy } from './test-proxy.ts';
