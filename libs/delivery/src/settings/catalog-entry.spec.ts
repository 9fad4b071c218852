import { conversationEscalated, leadQualified } from '@switchboard/contracts';
import { updateCatalog } from '@switchboard/ledger';
import { defineSink, delivered, type Sink } from '@switchboard/sink';
import { eventually } from '@switchboard/testing';
import { z } from 'zod';
import { freshLedger, sinkThat } from '../spec-kit.ts';
import { catalogEntry } from './catalog-entry.ts';

const ledger = freshLedger();

const desk = defineSink({
  name: 'desk',
  stability: 'stable',
  accepts: [leadQualified, conversationEscalated],
  config: z.object({
    url: z.url().meta({ title: 'Address' }),
    token: z.string().meta({ secret: true, title: 'Token', description: 'Of the app' }),
    channel: z.string().meta({ title: 'Channel' }).default('general'),
    since: z
      .string()
      .transform((text) => new Date(text))
      .optional(),
  }),
  idempotency: 'key-header',
  limits: { perSecond: 2 },
  check: async () => delivered(),
  deliver: async () => delivered(),
}) as unknown as Sink;

test('the entry of a sink has its fields in order, with secrets marked', () => {
  expect(catalogEntry(desk)).toMatchObject({
    name: 'desk',
    ui: [
      { name: 'url', title: 'Address', description: null, secret: false, required: true },
      { name: 'token', title: 'Token', description: 'Of the app', secret: true, required: true },
      { name: 'channel', title: 'Channel', description: null, secret: false, required: false },
      { name: 'since', title: null, description: null, secret: false, required: false },
    ],
    json_schema: {
      type: 'object',
      properties: {
        url: { type: 'string', format: 'uri' },
        token: { type: 'string', secret: true },
        channel: { default: 'general' },
        since: { type: 'string' },
      },
      required: ['url', 'token'],
    },
  });
});

test('a field with a secret inside is secret as a whole', () => {
  const key = z.string().meta({ secret: true });
  const config = desk.config.extend({
    peers: z.array(z.object({ to: z.string(), key })).optional(),
    proxy: z.object({ host: z.string() }).optional(),
  });
  const { ui } = catalogEntry({ ...desk, config });
  expect(ui.filter(({ secret }) => secret).map(({ name }) => name)).toEqual(['token', 'peers']);
  expect(ui.map(({ name }) => name)).toContain('proxy');
});

test('a starting process writes its sinks into the catalogue, again at each start', async () => {
  await ledger.db.query(
    `insert into sink_catalog (name, stability, has_check) values ('desk', 'beta', false)`,
  );
  ledger.start([desk, sinkThat(async () => delivered())]);
  const known = () => ledger.db.query('select * from sink_catalog order by name');
  await eventually(async () => expect(await known()).toHaveLength(2));
  expect(await known()).toMatchObject([
    {
      ...catalogEntry(desk),
      accepts: [leadQualified.type, conversationEscalated.type],
      limits: { per_second: 2, concurrency: null },
      idempotency: 'key-header',
      stability: 'stable',
      has_check: true,
      has_prepare: false,
    },
    { name: 'probe', limits: { per_second: null, concurrency: null }, stability: 'beta', has_check: false },
  ]);
  await ledger.db.query(`update sink_catalog set seen_at = now() - interval '1 hour', accepts = '{}'`);
  await updateCatalog(ledger.db, [catalogEntry(desk)]);
  expect(
    await ledger.db.query(
      `select name, accepts <> '{}' as known from sink_catalog where seen_at > now() - interval '1 minute'`,
    ),
  ).toEqual([{ name: 'desk', known: true }]);
});

test('a starting process writes the names of its sinks into the catalog', async () => {
  ledger.start([sinkThat(async () => delivered())]);
  await eventually(async () => {
    const catalog = await ledger.db.query('select name from sink_catalog');
    expect(catalog).toEqual([{ name: 'probe' }]);
  });
});
