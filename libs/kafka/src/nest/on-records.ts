// Decorators with which a Nest controller declares the topics that it reads. They build on Nest's event patterns.
import type { Topic } from '@switchboard/contracts';
import { applyDecorators, Catch, type RpcExceptionFilter, UseFilters } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { type Observable, throwError } from 'rxjs';
import type { Outcome } from '../consumer/outcome.ts';
import type { RecordHandler, RecordsHandler } from '../consumer/handler.ts';
import type { InRecord } from '../records.ts';

/** The data that an event pattern carries to the strategy. */
export type HandlerExtras = Omit<RecordsHandler, 'handle'> | Omit<RecordHandler, 'handle'>;

/** Its key among the extras of an event pattern. */
export const HANDLER = 'switchboardHandler';

/**
 * Passes a handler's error to the strategy unchanged. By default Nest turns it into `{ status: 'error' }`, in which a
 * database outage looks like a broken record.
 */
@Catch()
export class PassErrors implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

type Handles<Argument, Result> = <Method extends (argument: Argument) => Promise<Result>>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/**
 * The method takes chunks of records of one partition, in order, and returns one outcome per record. Chunks of different
 * partitions are handled in parallel.
 */
export function OnRecords(
  topic: Topic,
  options: {
    readonly maxRecords?: number;
    readonly maxBytes?: number;
    readonly acceptsAnyRecord?: boolean;
  } = {},
): Handles<readonly InRecord[], readonly Outcome[]> {
  return onTopic({ kind: 'records', topic, ...options });
}

/** The method takes single records: those of one key in order, different keys in parallel up to `concurrency`. */
export function OnRecord(
  topic: Topic,
  options: { readonly concurrency?: number } = {},
): Handles<InRecord, Outcome> {
  return onTopic({ kind: 'record', topic, ...options });
}

function onTopic(extras: HandlerExtras): MethodDecorator {
  return applyDecorators(
    EventPattern<string>(extras.topic.name, { [HANDLER]: extras }),
    UseFilters(PassErrors),
  );
}
