// The decorators by which a Nest controller says what it reads, built on Nest's own event patterns.
import type { Topic } from '@switchboard/contracts';
import { applyDecorators, Catch, type RpcExceptionFilter, UseFilters } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { type Observable, throwError } from 'rxjs';
import type { Outcome } from '../consumer/outcome.ts';
import type { RecordHandler, RecordsHandler } from '../consumer/work.ts';
import type { InRecord } from '../records.ts';

/** What a pattern carries to the strategy. */
export type HandlerExtras = Omit<RecordsHandler, 'handle'> | Omit<RecordHandler, 'handle'>;

/** The key under which it is carried among an event pattern's extras. */
export const HANDLER = 'switchboardHandler';

/**
 * Hands a handler's error to the strategy as it is: by default Nest turns it into `{ status: 'error' }`, from which
 * nobody can tell a database that is away from a broken record.
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
 * The method takes records of one partition in order, a chunk at a time, and returns one outcome per record. Chunks
 * of different partitions are handled side by side.
 */
export function OnRecords(
  topic: Topic,
  options: { readonly maxRecords?: number; readonly maxBytes?: number; readonly anything?: boolean } = {},
): Handles<readonly InRecord[], readonly Outcome[]> {
  return onTopic({ kind: 'records', topic, ...options });
}

/** The method takes single records: those of one key in order, different keys side by side up to `concurrency`. */
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
