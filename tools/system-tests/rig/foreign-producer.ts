// Another client of the same topics: Kafka's own console producer in Java, with any compression.
import { join } from 'node:path';
import type { Guard } from '../../processes/guard.mjs';
import { javaCommand } from '../../servers/java.mjs';
import { fetchJars } from '../../servers/kafka-jars.mjs';
import { run } from '../../processes/run.mjs';

/** A record as that client writes it: text in one line, without tabs and without commas in its headers. */
export interface ForeignRecord {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Where and how it writes. */
export interface ForeignWriting {
  /** `host:port`, comma separated. */
  readonly brokers: string;
  /** Its name on the broker. */
  readonly topic: string;
  readonly codec: 'gzip' | 'snappy' | 'lz4' | 'zstd';
  readonly guard: Guard;
}

/** Writes them in batches as large as come together, and resolves when it has ended. Throws what it complained of. */
export async function writeForeign(
  { brokers, topic, codec, guard }: ForeignWriting,
  records: readonly ForeignRecord[],
): Promise<void> {
  const doing = `writing ${codec} batches to ${topic} in Java`;
  const options = {
    'bootstrap-server': brokers,
    topic,
    'compression-codec': codec,
  };
  const output = await run(
    javaCommand(),
    [
      '-Xmx128m',
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
      '-cp',
      join(await fetchJars({ guard }), '*'),
      'org.apache.kafka.tools.ConsoleProducer',
      ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
      ...['parse.key=true', 'parse.headers=true'].flatMap((property) => ['--reader-property', property]),
    ],
    { doing, guard, input: records.map(lineOf).join('') },
  );
  // It ends well whatever became of a record, and tells only of those that were not written.
  if (output.trim() !== '') throw new Error(`${doing}: ${output.trim()}`);
}

function lineOf({ key, value, headers }: ForeignRecord): string {
  const pairs = Object.entries(headers).map(([name, text]) => `${name}:${text}`);
  return `${pairs.join(',')}\t${key}\t${value}\n`;
}
