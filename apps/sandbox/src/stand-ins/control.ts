// The sandbox's own paths: they list what arrived, and set faults and rate limits.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BehaviourError, type Behaviours, parseBehaviour } from './behaviour.ts';
import type { Journal } from './journal.ts';
import { LimitsError, parseLimits, type RateLimits } from './rate-limits.ts';
import { type VendorName, vendorNames } from './vendor.ts';

/** Adds `/_received`, `/_behaviour` and `/_limits`. */
export function addControlRoutes(
  app: FastifyInstance,
  journal: Journal,
  behaviours: Behaviours,
  limits: RateLimits,
): void {
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

  app.get('/_limits', () => limits.limits);
  app.post('/_limits', (request, reply) => setLimits(request, reply, limits));
  app.get('/_behaviour', () => behaviours.list());
  app.post('/_behaviour', (request, reply) => setBehaviour(request, reply, behaviours));
  app.delete('/_behaviour', (request, reply) => {
    const query = readQuery(request);
    if ('error' in query) return reply.code(400).send(query);
    behaviours.clear(query.vendor);
    return reply.code(204).send();
  });
}

function setLimits(request: FastifyRequest, reply: FastifyReply, limits: RateLimits): FastifyReply {
  try {
    limits.limits = parseLimits(JSON.parse(String(request.body ?? '')));
    return reply.send(limits.limits);
  } catch (error) {
    if (error instanceof LimitsError || error instanceof SyntaxError)
      return reply.code(400).send({ error: error.message });
    throw error;
  }
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
