// The process of ingest.
import { runService } from '@switchboard/service';
import { ingest } from './ingest.ts';

await runService(ingest);
