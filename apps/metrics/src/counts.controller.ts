// Serves the counts as JSON: per tenant, type and hour, and in total.
import { BadRequestException, Controller, Get, Inject, Query } from '@nestjs/common';
import type { Queryable } from '@switchboard/postgres';
import { countsQuery, readCounts, readTotals } from './counts-query.ts';

export const DATABASE = Symbol('database');

/** Prefix of all paths of this controller; these paths are rate-limited. */
export const MANAGEMENT_PATH = '/v1/';

@Controller(MANAGEMENT_PATH)
export class CountsController {
  readonly #database: Queryable;

  constructor(@Inject(DATABASE) database: Queryable) {
    this.#database = database;
  }

  @Get('counts')
  counts(@Query() query: unknown) {
    const asked = countsQuery.safeParse(query);
    if (asked.success) return readCounts(this.#database, asked.data);
    const issue = asked.error.issues[0];
    const path = issue?.code === 'unrecognized_keys' ? (issue.keys[0] ?? '') : (issue?.path.join('.') ?? '');
    const message =
      issue?.code === 'unrecognized_keys' ? 'is not a known parameter' : (issue?.message ?? 'is wrong');
    throw new BadRequestException({ error: 'invalid_query', path, message: `${path}: ${message}` });
  }

  @Get('totals')
  totals() {
    return readTotals(this.#database);
  }
}
