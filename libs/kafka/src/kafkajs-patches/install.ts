// Applies all patches of kafkajs (docs/decisions/0006). Import it before any client is made.
import { installCompressionCodecs } from './compression-codecs.ts';
import { installConnection } from './connection.ts';
import { installConsumerGroup } from './consumer-group.ts';
import { installFetch } from './fetch.ts';
import { installMetadata } from './metadata.ts';
import { installProduce } from './produce.ts';
import { installRequestQueue } from './request-queue.ts';

installProduce();
installCompressionCodecs();
installFetch();
installMetadata();
installRequestQueue();
installConsumerGroup();
installConnection();
