// The HTTP client of one simulated process, which records each call that the process begins.
import type { HttpClient, HttpRequest } from '@switchboard/egress';
import type { Call, CallResult } from './history.ts';

/** Who makes the calls, and where they are written down. */
export interface Caller {
  readonly life: number;
  /** It was killed: what its calls bring is not seen any more. */
  isDead(): boolean;
  /** The number of this moment. */
  now(): number;
  note(call: Call): void;
}

const RESULTS: Readonly<Record<number, CallResult>> = {
  200: 'taken',
  400: 'rejected',
  401: 'broken',
  429: 'paused',
  503: 'failed',
};
/** The client, with each call of the probe's sink noted. */
export function noteCalls(http: Pick<HttpClient, 'request'>, caller: Caller): Pick<HttpClient, 'request'> {
  return {
    async request(call) {
      const seen = begin(call, caller);
      const end = (result: CallResult) => {
        if (caller.isDead()) return;
        seen.ended = caller.now();
        seen.result = result;
      };
      try {
        const reply = await http.request(call);
        end(RESULTS[reply.status] ?? 'unclear');
        return reply;
      } catch (error) {
        end('unclear');
        throw error;
      }
    },
  };
}

function begin({ json, headers = {} }: HttpRequest, { life, now, note }: Caller): Call {
  const { integration, event, step } = json as Pick<Call, 'integration' | 'event' | 'step'>;
  const idempotencyKey = headers['idempotency-key'] ?? '';
  const seen: Call = { life, integration, event, step, idempotencyKey, begun: now() };
  note(seen);
  return seen;
}
