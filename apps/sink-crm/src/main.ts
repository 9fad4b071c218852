import { run } from '@switchboard/delivery';
import { hubspot } from './hubspot.ts';

run(hubspot);
