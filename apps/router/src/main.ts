// The process of router.
import { runService } from '@switchboard/service';
import { router } from './router.ts';

await runService(router);
