// What every stand-in is: a function from a request to an answer, so that faults can be put before or after it.
import type { IncomingHttpHeaders } from 'node:http';

/** Vendors the sandbox stands in for; the name is also the first part of the path. */
export const vendorNames = ['hubspot', 'slack', 'helpninja'] as const;
export type VendorName = (typeof vendorNames)[number];

/** One request, with the vendor's own path: the part after `/hubspot`, `/slack` or `/helpninja`. */
export interface VendorRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body as JSON; undefined when the content type is not JSON or the text is not. */
  json: unknown;
}

/** A string body goes out as text, everything else as JSON. */
export interface VendorReply {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
  /** Why the vendor refuses, where its own answer does not tell; sent as `x-sandbox-reason`. */
  reason?: string;
}

/** A stand-in. `answer` applies the effect at once; `fault` is the body the vendor sends with an error status. */
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

/** Narrows to a plain JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
