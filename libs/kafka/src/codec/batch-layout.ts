// Where the fields of a record batch stand (format 2: Kafka's documentation, "Message Format"), in bytes from its start.

export const LENGTH_AT = 8;
export const LEADER_EPOCH_AT = 12;
export const MAGIC_AT = 16;
export const CRC_AT = 17;
export const ATTRIBUTES_AT = 21;
export const LAST_OFFSET_DELTA_AT = 23;
export const FIRST_TIMESTAMP_AT = 27;
export const MAX_TIMESTAMP_AT = 35;
export const PRODUCER_AT = 43;
export const COUNT_AT = 57;

/** Bytes of a batch before its first record. */
export const BATCH_OVERHEAD = 61;

/** Bits of the attributes. */
export const CODEC_MASK = 0x07;
export const LOG_APPEND_TIME = 0x08;
export const TRANSACTIONAL = 0x10;
export const CONTROL = 0x20;
