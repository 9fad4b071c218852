// kafkajs's two hot paths, encoding what is sent and decoding what is fetched, replaced by our own (docs/decisions/0006),
// a timer of it that never rests, what it carries over a rejoin, and an error that it makes of an answer about all topics.
// Imported before any client is made.
import { installCodecs } from './compression.ts';
import { installConsumerGroup } from './consumer-group.ts';
import { installFetch } from './fetch.ts';
import { installMetadata } from './metadata.ts';
import { installProduce } from './produce.ts';
import { installRequestQueue } from './request-queue.ts';

installProduce();
installCodecs();
installFetch();
installMetadata();
installRequestQueue();
installConsumerGroup();
