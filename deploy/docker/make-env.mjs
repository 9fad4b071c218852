// Prints a .env with random secrets for docker-compose.yml: node deploy/docker/make-env.mjs > .env
import { randomBytes } from 'node:crypto';

const text = (bytes) => randomBytes(bytes).toString('hex');
const secrets = {
  POSTGRES_PASSWORD: text(16),
  ENCRYPTION_KEY: text(32),
  DEMO_WEBHOOK_SECRET: text(24),
  HELPNINJA_API_KEY: `hnja_test_${text(16)}`,
  HUBSPOT_TOKEN: `pat-${text(16)}`,
  SLACK_SECRET_PATH: `T${text(4)}/B${text(4)}/${text(12)}`,
};
for (const [name, value] of Object.entries(secrets)) process.stdout.write(`${name}=${value}\n`);
