// The texts of generated conversations: all topics, the values for the slots in their texts, and lines for any topic.
import type { SupportTopic } from './support-topic.ts';
import { newcomerTopics } from './catalogue-newcomers.ts';
import { supportTopics } from './catalogue-support.ts';

export const slots: Readonly<Record<string, readonly string[]>> = {
  plan: ['Starter', 'Team', 'Business', 'Agency', 'Enterprise'],
  seats: ['5', '12', '25', '40', '120', '300'],
  amount: ['€19.00', '€49.00', '$99.00', '$240.50', '£1,180.00'],
  order: ['#10482', '#20931', '#31007', '#48215', '#77340'],
  days: ['two', 'three', 'five', 'eight', 'ten'],
  product: [
    'the desk lamp',
    'the trail backpack',
    'the espresso grinder',
    'the rain jacket',
    'the standing desk',
  ],
  tool: ['HubSpot', 'Slack', 'Shopify', 'WordPress', 'Zendesk', 'Google Sheets'],
  code: ['E-104', '403', 'TIMEOUT', 'ERR_QUOTA', '502'],
};

/** Every topic of generated conversations. */
export const topics: readonly SupportTopic[] = [...newcomerTopics, ...supportTopics];

/** What an agent says after a hand-over. */
export const agentLines: readonly string[] = [
  'Hello, I am taking over from here. Give me a moment to read what was said.',
  'Hi, thanks for waiting. I have your account in front of me and will sort this out now.',
  'Good day, this is the support team. I have passed it on and will write to you within the hour.',
];

export const feedbackLines: readonly string[] = [
  'A search over old chats would help.',
  'Please let me attach pictures.',
  'Quicker than the phone, keep it.',
  'The bot should say sooner that it does not know.',
];
