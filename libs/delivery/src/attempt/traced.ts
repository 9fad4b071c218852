// Calls that are made on account of an event go on with its trace, each as a caller of its own: who is called can tell
// them apart.
import { randomBytes } from 'node:crypto';
import { TRACEPARENT, traceparentFrom } from '@switchboard/contracts';
import type { HttpClient } from '@switchboard/egress';

const PARENT_BYTES = 8;

/** The client, of whose calls those that name no trace of their own carry this one. */
export function traced(
  client: Pick<HttpClient, 'request'>,
  traceparent: string,
): Pick<HttpClient, 'request'> {
  return {
    request(call) {
      const { headers = {} } = call;
      if (Object.keys(headers).some((name) => name.toLowerCase() === TRACEPARENT))
        return client.request(call);
      const parentId = randomBytes(PARENT_BYTES).toString('hex');
      const own = { [TRACEPARENT]: traceparentFrom(traceparent, parentId) };
      return client.request({ ...call, headers: { ...headers, ...own } });
    },
  };
}
