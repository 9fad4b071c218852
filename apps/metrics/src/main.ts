// The process of metrics.
import { runService } from '@switchboard/service';
import { metrics } from './metrics.ts';

await runService(metrics);
