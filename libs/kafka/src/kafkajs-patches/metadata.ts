// kafkajs rejects a Metadata response about all topics when one partition of any topic has no leader at that moment, even
// if the topic is not ours. We ask about all topics only to learn the brokers and the names, so we accept it.
// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- projects that only import us need it too
/// <reference path="./internals.d.ts" />
import metadataApi from 'kafkajs/src/protocol/requests/metadata/index.js';

/** As kafkajs decodes it; error code 0 means no error. */
interface Metadata {
  readonly topicMetadata: readonly {
    readonly topicErrorCode: number;
    readonly partitionMetadata: readonly { readonly partitionErrorCode: number }[];
  }[];
}

/** In a response about all topics, a partition without a leader has the leader -1 and is no error. */
export function installMetadata(): void {
  const original = metadataApi.protocol;
  metadataApi.protocol = ({ version }) => {
    const call = original({ version });
    return (options) => {
      const { request, response } = call(options);
      if ((options as { readonly topics: readonly string[] }).topics.length > 0) return { request, response };
      const parse = (decoded: unknown) => response.parse(withoutErrors(decoded as Metadata));
      return { request, response: { ...response, parse } };
    };
  };
}

function withoutErrors(metadata: Metadata): Metadata {
  const topicMetadata = metadata.topicMetadata
    .filter(({ topicErrorCode }) => topicErrorCode === 0)
    .map((topic) => ({
      ...topic,
      partitionMetadata: topic.partitionMetadata.map((partition) => ({
        ...partition,
        partitionErrorCode: 0,
      })),
    }));
  return { ...metadata, topicMetadata };
}
