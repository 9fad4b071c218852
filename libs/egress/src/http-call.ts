// An outgoing HTTP call and its reply, as the rest of the product writes and reads them.

/** What is observed of each call. `status` is 0 when there was no response. */
export interface CallReport {
  readonly method: string;
  /** The caller's name for the endpoint. One of a bounded set: it becomes a metric label. */
  readonly endpoint: string;
  readonly status: number;
  readonly seconds: number;
}

/** One call. It has at most one of `json`, `form` and `raw`. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  /** Name of the endpoint for metrics, for example `/conversations/{id}`. */
  readonly endpoint: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as `application/json; charset=utf-8`. */
  readonly json?: unknown;
  /** Sent as `application/x-www-form-urlencoded`. */
  readonly form?: Readonly<Record<string, string>>;
  /** Sent unchanged, for signed bodies. Text is sent as UTF-8. */
  readonly raw?: { readonly contentType: string; readonly bytes: string | Uint8Array };
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A complete response. Header names are in lower case; the values of a repeated header are joined with ", ". */
export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body as JSON; undefined when it is not JSON. */
  json(): unknown;
}
