// The path of the checkout, also for TypeScript that runs from a bundle elsewhere.
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');
