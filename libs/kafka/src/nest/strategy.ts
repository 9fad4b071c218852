// Kafka as a Nest transport. Nest finds the handlers and runs its pipes, guards and interceptors around them. The rest is
// done by the consumer, because Nest's own Kafka server has neither batches nor outcomes nor dead letters.
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { type ConsumerOptions, KafkaConsumer, type Liveness, type Progress } from '../consumer/consumer.ts';
import type { Handler } from '../consumer/handler.ts';
import { HandlerSetupError } from '../errors.ts';
import { HANDLER, type HandlerExtras } from './on-records.ts';

/** Reads the topics of all @OnRecords and @OnRecord methods as one member of one consumer group. */
export class KafkaBatchStrategy extends Server implements CustomTransportStrategy {
  /** Tells Nest that failures are handled here, so that it does not log them again. */
  override readonly propagatesEventHandlerErrors = true;
  readonly #options: ConsumerOptions;
  #consumer: KafkaConsumer | undefined;

  constructor(options: ConsumerOptions) {
    super();
    this.#options = options;
  }

  /** Begins to read. It does not wait for Kafka, which may be away. */
  listen(callback: (error?: unknown) => void): void {
    try {
      const handlers = [...this.messageHandlers].map(([pattern, handler]) => toHandler(pattern, handler));
      this.#consumer = new KafkaConsumer(this.#options, handlers);
      this.#consumer.start();
      callback();
    } catch (error) {
      callback(error);
    }
  }

  /** See KafkaConsumer.drain(); true when it never listened. */
  drain(deadlineMs?: number): Promise<boolean> {
    return this.#consumer?.drain(deadlineMs) ?? Promise.resolve(true);
  }

  /** See KafkaConsumer.liveness(). */
  liveness(): Liveness {
    return this.#consumer?.liveness() ?? { alive: true, reason: 'the consumer has not started' };
  }

  /** See KafkaConsumer.progress(). */
  progress(): Progress {
    return this.#consumer?.progress() ?? { good: true, reason: 'the consumer has not started' };
  }

  /** Called by Nest at the end of app.close(). Drains, if the service has not done so before. */
  async close(): Promise<void> {
    await this.drain();
  }

  on(): never {
    throw new HandlerSetupError(
      'listening to transport events: this transport has none; pass an observer instead',
    );
  }

  unwrap<T>(): T {
    return this.#consumer as T;
  }
}

function toHandler(pattern: string, handler: MessageHandler): Handler {
  const extras = (handler.extras as { readonly [HANDLER]?: HandlerExtras } | undefined)?.[HANDLER];
  if (extras === undefined) {
    throw new HandlerSetupError(
      `handling ${pattern}: the method is not declared for Kafka; use @OnRecords or @OnRecord`,
    );
  }
  if (handler.next) throw new HandlerSetupError(`handling ${pattern}: it has two methods; remove one`);
  const handle = async (input: unknown): Promise<unknown> => {
    const result: unknown = await handler(input);
    return isObservable(result) ? lastValueFrom(result) : result;
  };
  return { ...extras, handle } as Handler;
}
