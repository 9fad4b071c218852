// The other side of the search: accepts events over real HTTP, refuses them as the plan says, and breaks calls off.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CallFault, VendorPlan } from './plan.ts';

/** What a call carries. */
export interface Asked {
  readonly integration: string;
  readonly event: number;
  readonly step: string;
}

export interface Vendor {
  readonly url: string;
  /** From now on nothing is rejected: what was dead can be replayed. */
  forgive(): void;
  close(): Promise<void>;
}

/** True for every so-manieth number; 0 means never. */
export function isNth(number: number, every: number): boolean {
  return every > 0 && number % every === every - 1;
}

/** Starts it on a free port of loopback. */
export async function startVendor(plan: VendorPlan, faults: readonly CallFault[]): Promise<Vendor> {
  const answered = new Map<string, number>();
  let calls = 0;
  let forgiving = false;
  let broke = false;
  const statusOf = ({ integration, event, step }: Asked): number => {
    const name = `${integration}|${event}|${step}`;
    const before = answered.get(name) ?? 0;
    answered.set(name, before + 1);
    if (!broke && plan.breaksAt > 0 && event === plan.breaksAt) {
      broke = true;
      return 401;
    }
    if (isNth(event, plan.rejectsEvery) && !forgiving) return 400;
    if (plan.pausesAt > 0 && event === plan.pausesAt && before === 0) return 429;
    return isNth(event, plan.failsEvery) && before <= event % 2 ? 503 : 200;
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const asked = JSON.parse(Buffer.concat(chunks).toString()) as Asked;
    calls += 1;
    const number = calls;
    const harm = faults.find(({ nth }) => nth === number)?.harm;
    if (plan.slowMs > 0) {
      // Spread evenly, the same in each run.
      await new Promise((resolve) => setTimeout(resolve, (number * 7) % (plan.slowMs + 1)));
    }
    if (harm === 'reset-before') response.socket?.resetAndDestroy();
    else answer(response, statusOf(asked), harm);
  });
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    forgive() {
      forgiving = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, status: number, harm: CallFault['harm'] | undefined): void {
  if (harm === 'hang') return;
  if (harm === 'reset-after') response.socket?.resetAndDestroy();
  else response.writeHead(status, status === 429 ? { 'retry-after': '1' } : {}).end();
}
