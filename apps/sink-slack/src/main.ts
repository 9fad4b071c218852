import { run } from '@switchboard/delivery';
import { slack } from './slack.ts';

run(slack);
