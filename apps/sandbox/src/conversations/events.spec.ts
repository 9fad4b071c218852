import { eventOf, events as catalogue } from '@switchboard/contracts';
import { detailsOf } from './details.ts';
import type { Dialogue } from './dialogue.ts';
import { eventsOf, type PlatformEvent } from './events.ts';
import { generateDialogue } from './generate.ts';
import { writeScript } from './script.ts';

const START = Date.UTC(2026, 10, 22, 10);
const conversation = (number: number, seed = 'spec', dialogue: Dialogue = generateDialogue(seed, number)) => {
  const script = writeScript(dialogue, seed, number);
  const conversationId = `conv_run_${number}`;
  return {
    dialogue,
    script,
    events: eventsOf(script, { conversationId, tenant: 'tenant_a', start: START }),
    details: detailsOf(conversationId, script, START),
  };
};
const many = Array.from({ length: 300 }, (_, at) => conversation(at + 1));
const typesOf = (events: PlatformEvent[]) => events.map(({ event }) => event);
const all = many.flatMap(({ events }) => events);

it('makes only events that match the schema of their type', () => {
  expect(all.length).toBeGreaterThan(1000);
  for (const { event, data } of all) {
    const known = eventOf(event);
    expect([event, known?.data.safeParse(data).error?.issues]).toEqual([event, undefined]);
  }
});

it('covers every type a conversation can have', () => {
  const expected = catalogue
    .map(({ type }) => type)
    .filter((type) => !/^(document|integration|usage|error)\./.test(type));
  expect([...new Set(typesOf(all))].sort()).toEqual([...expected].sort());
});

it('uses only fields that are in the catalogue', () => {
  const strange = all.flatMap(({ event, data }) => {
    const shape = eventOf(event)?.data.shape ?? {};
    return Object.keys(data)
      .filter((field) => !(field in shape))
      .map((field) => `${event}.${field}`);
  });
  expect(strange).toEqual([]);
});

it('is the same for the same seed and number, and another for others', () => {
  expect(conversation(7)).toEqual(conversation(7));
  expect(conversation(7).events).not.toEqual(conversation(7, 'other').events);
});

it('has the events of each conversation from its start to its end', () => {
  for (const { events } of many) {
    const types = typesOf(events);
    expect(types[0]).toBe('conversation.started');
    expect(
      types
        .slice(types.indexOf('conversation.ended') + 1)
        .every((type) => /^(satisfaction|feedback)\./.test(type)),
    ).toBe(true);
    expect(events.map(({ timestamp }) => timestamp)).toEqual(events.map(({ timestamp }) => timestamp).sort());
    expect(new Set(events.map((event) => JSON.stringify(event))).size).toBe(events.length);
  }
});

it('has realistic shares of leads, escalations and other conversations', () => {
  const share = (type: string) =>
    many.filter(({ events }) => typesOf(events).includes(type)).length / many.length;
  expect(share('lead.qualified')).toBeGreaterThan(0.05);
  expect(share('lead.qualified')).toBeLessThan(0.3);
  expect(share('conversation.escalated')).toBeGreaterThan(0.1);
  expect(share('conversation.escalated')).toBeLessThan(0.35);
});

it('gives each customer their own address in a reserved domain', () => {
  const addresses = many.map(({ script }) => script.visitor.email);
  expect(new Set(addresses).size).toBe(addresses.length);
  expect(
    addresses.filter((address) => !/^[a-z.]+\.\d+@([a-z]+\.)?example\.(com|org|net)$/.test(address)),
  ).toEqual([]);
  expect(
    many.map(({ script }) => script.visitor.site).filter((site) => !/\.example(\.com|\.org)?$/.test(site)),
  ).toEqual([]);
});

it('leaves no slot unfilled', () => {
  expect(many.flatMap(({ dialogue }) => dialogue.turns.filter(({ text }) => /[{}]/.test(text)))).toEqual([]);
});

it('has details that agree with the events', () => {
  for (const { events, details, script } of many) {
    const lead = events.find(({ event }) => event === 'lead.qualified');
    expect(details.escalated).toBe(typesOf(events).includes('conversation.escalated'));
    expect(details.message_count).toBe(typesOf(events).filter((type) => type === 'message.sent').length);
    expect(details.customer_email).toBe(lead?.data['customer_email'] ?? script.visitor.email);
    expect(details.first_message).toBe(events[0]?.data['initial_message']);
    expect(details.messages.map(({ content }) => content)).toEqual(
      events.filter(({ event }) => event === 'message.sent').map(({ data }) => data['content']),
    );
  }
});

describe('a dialogue with its own escalation or qualification', () => {
  const turns: Dialogue['turns'] = [
    { sender: 'customer', text: 'I was charged twice.' },
    { sender: 'ai', text: 'Let me look.' },
    { sender: 'agent', text: 'Mari here, I take over.' },
  ];
  const decided = { turns, topic: 'billing', customer: { name: 'Ana Tamm', email: 'ana@x.test' } };

  it('escalates just before a human speaks', () => {
    const { events } = conversation(1, 'spec', { ...decided, escalate: true, qualify: false });
    const types = typesOf(events);
    const at = types.indexOf('conversation.escalated');
    expect(events[at]?.data).toMatchObject({
      customer_message: 'I was charged twice.',
      ai_attempted_response: 'Let me look.',
    });
    expect(events[at + 1]?.data).toMatchObject({ sender: 'agent' });
    expect(types).not.toContain('lead.qualified');
  });

  it('qualifies with its score and its customer, and does not escalate if it says so', () => {
    for (let number = 1; number <= 50; number += 1) {
      const { events } = conversation(number, 'spec', { ...decided, escalate: false, qualify: 91 });
      expect(events.find(({ event }) => event === 'lead.qualified')?.data).toMatchObject({
        qualification_score: 91,
        customer_email: 'ana@x.test',
        customer_name: 'Ana Tamm',
      });
      expect(typesOf(events)).not.toContain('conversation.escalated');
    }
  });

  it('names no tenant if none is given', () => {
    const script = writeScript(decided, 'spec', 1);
    const [first] = eventsOf(script, { conversationId: 'conv_1', start: START });
    expect(first).not.toHaveProperty('tenant_id');
  });
});
