// A sink for specs: four steps with a call each, and calls between them that are not part of a step, during which a
// process can be ended.
import { conversationEscalated } from '@switchboard/contracts';
import { byStatus, defineSink, delivered, isOutcome } from '@switchboard/sink';
import { z } from 'zod';

export const steps = ['contact', 'note', 'task', 'tag'] as const;

export const fourSteps = defineSink({
  name: 'four-steps',
  accepts: [conversationEscalated],
  config: z.object({ webhookUrl: z.url().meta({ secret: true, title: 'Where to' }) }),
  idempotency: 'key-header',
  async deliver({ data }, ctx) {
    const { webhookUrl } = ctx.config;
    const json = {
      text: `It is: ${data.escalation_reason}`,
      about: `/conversations/${data.conversation_id}`,
    };
    for (const name of steps) {
      const step = await ctx.step(name, async () => {
        const outcome = byStatus(await ctx.http.post(`${webhookUrl}/${name}`, { json }));
        return outcome.kind === 'delivered' ? name : outcome;
      });
      if (isOutcome(step)) return step;
      await ctx.http.post(`${webhookUrl}/after-${name}`, { json });
    }
    return delivered();
  },
});
