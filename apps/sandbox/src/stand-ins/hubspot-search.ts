// HubSpot's search. One filter group must hold, with all of its filters.
import { invalid } from './hubspot-errors.ts';
import type { ObjectType } from './hubspot-properties.ts';
import { type CrmObject, type CrmStore, shown } from './hubspot-store.ts';
import { isObject } from './vendor.ts';

interface Filter {
  propertyName: string;
  operator: string;
  value?: string;
  values?: string[];
}

const MAX_GROUPS = 5;
const MAX_FILTERS = 6;
const MAX_LIMIT = 200;

const operators: Record<string, (actual: string | undefined, filter: Filter) => boolean> = {
  EQ: (actual, filter) => actual?.toLowerCase() === String(filter.value).toLowerCase(),
  NEQ: (actual, filter) => actual?.toLowerCase() !== String(filter.value).toLowerCase(),
  IN: (actual, filter) => actual !== undefined && (filter.values ?? []).includes(actual),
  HAS_PROPERTY: (actual) => Boolean(actual),
  NOT_HAS_PROPERTY: (actual) => !actual,
  CONTAINS_TOKEN: (actual, filter) =>
    (actual ?? '').toLowerCase().includes(String(filter.value).replaceAll('*', '').toLowerCase()),
};

/** Answers a search over contacts or notes; `associations.contact` filters notes by contact. */
export function search(store: CrmStore, type: ObjectType, body: Record<string, unknown>): unknown {
  const groups = readGroups(body['filterGroups']);
  const limit = body['limit'] === undefined ? 10 : Number(body['limit']);
  const after = Number(body['after'] ?? 0);
  if (!Number.isInteger(limit) || limit < 0 || limit > MAX_LIMIT)
    throw invalid(`limit must be from 0 to ${MAX_LIMIT}`);
  if (!Number.isInteger(after) || after < 0) throw invalid('after is not valid');
  const holds = (object: CrmObject, filter: Filter) =>
    filter.propertyName === 'associations.contact'
      ? store.contactsOf(object.id).has(String(filter.value))
      : operators[filter.operator]?.(object.properties[filter.propertyName], filter) === true;
  const found = [...store.all(type)].filter(
    (object) =>
      groups.length === 0 || groups.some((filters) => filters.every((filter) => holds(object, filter))),
  );
  const page = found.slice(after, after + limit);
  const more = after + limit < found.length ? { paging: { next: { after: String(after + limit) } } } : {};
  return { total: found.length, results: page.map(shown), ...more };
}

function readGroups(given: unknown): Filter[][] {
  if (given === undefined) return [];
  if (!Array.isArray(given) || given.length > MAX_GROUPS)
    throw invalid(`filterGroups must be a list of at most ${MAX_GROUPS}`);
  return given.map((group: unknown) => {
    const filters = isObject(group) ? group['filters'] : undefined;
    if (!Array.isArray(filters) || filters.length === 0 || filters.length > MAX_FILTERS)
      throw invalid(`filters must be a list of 1 to ${MAX_FILTERS}`);
    return filters.map((filter: unknown) => {
      if (!isObject(filter) || typeof filter['propertyName'] !== 'string')
        throw invalid('propertyName is required');
      if (!operators[String(filter['operator'])])
        throw invalid(`operator ${String(filter['operator'])} is not supported`);
      return filter as unknown as Filter;
    });
  });
}
