// The paths that are the sandbox's own: what arrived, and which faults to show.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BehaviourError, type Behaviours, parseBehaviour } from './behaviour.ts';
import type { Journal } from './journal.ts';
import { type VendorName, vendorNames } from './vendor.ts';

/** Adds `/_received` and `/_behaviour`. */
export function addControlRoutes(app: FastifyInstance, journal: Journal, behaviours: Behaviours): void {
  app.get('/_received', (request, reply) => {
    const query = readQuery(request);
    if ('error' in query) return reply.code(400).send(query);
    return reply
      .type('application/json; charset=utf-8')
      .send(Readable.from(journal.list(query.vendor, query.since)));
  });
  app.get('/_received/count', (request, reply) => {
    const query = readQuery(request);
    if ('error' in query) return reply.code(400).send(query);
    return reply.send({
      count: journal.count(query.vendor),
      by_vendor: Object.fromEntries(vendorNames.map((name) => [name, journal.count(name)])),
    });
  });
  app.delete('/_received', (request, reply) => {
    const query = readQuery(request);
    if ('error' in query) return reply.code(400).send(query);
    journal.clear(query.vendor);
    return reply.code(204).send();
  });

  app.get('/_behaviour', () => behaviours.list());
  app.post('/_behaviour', (request, reply) => setBehaviour(request, reply, behaviours));
  app.delete('/_behaviour', (request, reply) => {
    const query = readQuery(request);
    if ('error' in query) return reply.code(400).send(query);
    behaviours.clear(query.vendor);
    return reply.code(204).send();
  });
}

function setBehaviour(request: FastifyRequest, reply: FastifyReply, behaviours: Behaviours): FastifyReply {
  try {
    const behaviour = parseBehaviour(JSON.parse(String(request.body ?? '')));
    behaviours.set(behaviour);
    return reply.send(behaviour);
  } catch (error) {
    if (error instanceof BehaviourError || error instanceof SyntaxError)
      return reply.code(400).send({ error: error.message });
    throw error;
  }
}

function readQuery(
  request: FastifyRequest,
): { vendor: VendorName | undefined; since: number } | { error: string } {
  const { vendor, since } = request.query as Record<string, string | undefined>;
  if (vendor !== undefined && !vendorNames.includes(vendor as VendorName))
    return { error: `"${vendor}" is not a vendor; use one of ${vendorNames.join(', ')}` };
  if (since !== undefined && !/^\d+$/.test(since))
    return { error: '"since" must be an index, a whole number' };
  return { vendor: vendor as VendorName | undefined, since: Number(since ?? 0) };
}
