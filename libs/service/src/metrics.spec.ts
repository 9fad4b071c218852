import { typeLabel } from '@switchboard/contracts';
import { watchProgress } from './kafka-observer.ts';
import { Metrics } from './metrics.ts';

test('has the three families of the platform under their names, labels and buckets', async () => {
  const metrics = new Metrics('spec');
  metrics.webhooks.inc({ event_type: 'message.sent', tenant_id: 'acme', status: 'success' });
  metrics.processing.observe({ event_type: typeLabel('nobody.knows') }, 0.3);
  metrics.observeCall({ method: 'GET', endpoint: '/conversations/{id}', status: 200, seconds: 0.2 });
  const text = await metrics.registry.metrics();
  expect(text).toContain(
    'helpninja_webhooks_total{event_type="message.sent",tenant_id="acme",status="success"} 1',
  );
  for (const le of [0.1, 0.5, 1, 2, 5, 10]) {
    expect(text).toContain(`helpninja_processing_duration_seconds_bucket{le="${le}",event_type="other"}`);
  }
  for (const le of [0.1, 0.3, 0.5, 1, 2, 5]) {
    expect(text).toContain(
      `helpninja_api_call_duration_seconds_bucket{le="${le}",method="GET",endpoint="/conversations/{id}",status_code="200"}`,
    );
  }
  expect(text).toContain('nodejs_eventloop_lag_seconds');
  expect(text).toContain('switchboard_service_info{component="spec"} 1');
});

test('two services in one process have separate registries', () => {
  expect(() => [new Metrics('spec'), new Metrics('spec')]).not.toThrow();
});

test('the number of tenant labels is bounded', () => {
  const metrics = new Metrics('spec');
  for (let i = 0; i < 1000; i += 1) expect(metrics.tenantLabel(`t${i}`)).toBe(`t${i}`);
  expect(metrics.tenantLabel('one-more')).toBe('other');
  expect(metrics.tenantLabel('t7')).toBe('t7');
});

test('the gauge of a stalled consumer is computed at each scrape', async () => {
  const metrics = new Metrics('spec');
  let good = true;
  watchProgress(metrics, () => ({ good, reason: 'as it says' }));
  expect(await metrics.registry.metrics()).toContain('\nswitchboard_consumer_stalled 0\n');
  good = false;
  expect(await metrics.registry.metrics()).toContain('\nswitchboard_consumer_stalled 1\n');
});
