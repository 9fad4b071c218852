// The integrations of the default tenant on this machine: both sinks, with the sandbox in place of the vendors.
import { writeFileSync } from 'node:fs';

/**
 * The sinks that have one, and which routed events each must get.
 * @type {readonly import('./summary.mjs').Wanted[]}
 */
export const demoSinks = [
  { sink: 'hubspot', events: 'leads' },
  { sink: 'slack', events: 'escalations' },
];

// The stand-ins take more than the vendors do.
const delivery = { limits: { per_second: 100, concurrency: 20 } };

/**
 * @param {string} file
 * @param {{ secrets: import('./secrets.mjs').Secrets, sandbox: string }} system `sandbox` is its base URL
 */
export function writeDemoIntegrations(file, { secrets, sandbox }) {
  const { tenant } = secrets;
  const content = {
    tenants: [{ id: tenant, webhook_secrets: [secrets.webhookSecret] }],
    integrations: [
      {
        id: 'demo-hubspot',
        tenant,
        sink: 'hubspot',
        config: { baseUrl: `${sandbox}/hubspot` },
        secrets: { accessToken: secrets.hubspotToken },
        delivery,
      },
      {
        id: 'demo-slack',
        tenant,
        sink: 'slack',
        secrets: { webhookUrl: `${sandbox}/slack/services/${secrets.slackPath}` },
        delivery,
      },
    ],
  };
  // JSON is YAML too.
  writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
}
