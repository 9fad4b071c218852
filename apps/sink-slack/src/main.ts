import { run } from '@switchboard/sink';
import { slack } from './slack.ts';

run(slack);
