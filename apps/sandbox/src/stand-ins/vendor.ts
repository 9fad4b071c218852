// The interface of a stand-in: a function from a request to an answer, so that a fault can replace or hide the answer.
import type { IncomingHttpHeaders } from 'node:http';

/** The vendors of the sandbox. The name is the first part of the path. */
export const vendorNames = ['hubspot', 'slack', 'helpninja'] as const;
export type VendorName = (typeof vendorNames)[number];

/** A request. `path` is the vendor's own: the part after `/hubspot`, `/slack` or `/helpninja`. */
export interface VendorRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body as JSON; undefined if the content type or the text is not JSON. */
  json: unknown;
}

/** An answer. A string is sent as text, everything else as JSON. */
export interface VendorReply {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
  /** Why the request is refused, if the vendor's answer does not say it; sent as `x-sandbox-reason`. */
  reason?: string;
}

/** A stand-in. `answer` applies the effect at once. `fault` returns the error body for a status. */
export interface Vendor {
  name: VendorName;
  answer(request: VendorRequest): VendorReply;
  fault(status: number): unknown;
}

/** The token of `Authorization: Bearer`, or undefined. */
export function bearerToken(headers: IncomingHttpHeaders): string | undefined {
  return /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1];
}

/** Whether the content type of a request is JSON, whatever its charset. */
export function isJson(headers: IncomingHttpHeaders): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\b/i.test(headers['content-type'] ?? '');
}

/** Whether this is a plain JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
