import { runService } from '@switchboard/service';
import { enricher } from './enricher.ts';

await runService(enricher);
