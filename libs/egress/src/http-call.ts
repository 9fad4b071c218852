// A call and its answer, as whoever calls sees them.

/** One call. At most one of `json`, `form` and `raw`. */
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
  /** Sent as it is, for bodies that are signed. Text is sent as UTF-8. */
  readonly raw?: { readonly contentType: string; readonly bytes: string | Uint8Array };
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** An answer, read whole. Header names are lower case; a repeated header is joined with ", ". */
export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  json(): unknown;
}
