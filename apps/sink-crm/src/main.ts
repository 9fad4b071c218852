import { run } from '@switchboard/sink';
import { hubspot } from './hubspot.ts';

run(hubspot);
