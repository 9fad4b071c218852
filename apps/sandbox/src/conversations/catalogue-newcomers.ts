// Topics of generated conversations with new customers. Most leads come from these.
import type { SupportTopic } from './support-topic.ts';

export const newcomerTopics: readonly SupportTopic[] = [
  {
    topic: 'pricing',
    page: '/pricing',
    escalates: 0.05,
    qualifies: 0.4,
    triggers: ['custom_quote'],
    openings: [
      'Hi, what would the {plan} plan cost us for {seats} people?',
      'Is there a discount if we pay for the whole year?',
      'We are comparing you with another provider. What do {seats} seats on {plan} cost per month?',
      'Does the {plan} plan include the {tool} connection or is that extra?',
      'Do you have special prices for charities? We are about {seats} people.',
    ],
    answers: [
      'The {plan} plan is priced per seat, and paying yearly gives you two months free. How many people will use it?',
      'For {seats} seats I can send you a quote; every plan includes the {tool} connection.',
      'You can change the number of seats at any time, the invoice follows on the next day.',
    ],
    replies: [
      'About {seats} to begin with, probably more next quarter.',
      'Good. Our budget is approved and we would like to start this month.',
      'Can somebody from sales call me about it?',
    ],
  },
  {
    topic: 'product demo',
    page: '/demo',
    escalates: 0.08,
    qualifies: 0.55,
    triggers: ['demo_request'],
    openings: [
      'I would like to see a demo for our support team, {seats} agents.',
      'Could someone show us how the {tool} integration works before we buy?',
      'We want to try it on two of our sites. How do we get a trial?',
    ],
    answers: [
      'Happy to arrange that. A demo takes 30 minutes; which days suit you?',
      'A trial runs for 14 days with everything of the {plan} plan, no card needed.',
      'Thank you, I have noted that. Somebody from our team will write to you today.',
    ],
    replies: [
      'Tuesday or Thursday afternoon would be best.',
      'Great, we decide by the end of the month.',
      'Please send the invitation to my work address.',
    ],
  },
  {
    topic: 'upgrade',
    page: '/account/plan',
    escalates: 0.06,
    qualifies: 0.35,
    triggers: ['plan_change'],
    openings: [
      'We have reached the limit of the {plan} plan. How do we upgrade?',
      'If I move from Starter to {plan} now, do I pay twice this month?',
      'Can I add {seats} seats without changing our plan?',
    ],
    answers: [
      'You can upgrade under Account, Plan. What you have already paid this month is taken off.',
      'Seats can be added one by one; the {plan} plan has no upper limit.',
    ],
    replies: [
      'And the history of our chats stays as it is?',
      'Perfect, then I will order {seats} more seats today.',
    ],
  },
  {
    topic: 'getting started',
    page: '/docs/start',
    escalates: 0.04,
    qualifies: 0.1,
    triggers: ['onboarding'],
    openings: [
      'How do I put the widget on a {tool} page?',
      'Can the bot learn from our PDF manuals?',
      'Is there a way to change the colours and the greeting?',
    ],
    answers: [
      'Copy the two lines from Setup into the head of your page; it shows up within a minute.',
      'Yes: upload them under Documents, up to 50 MB each. Answers then name their source.',
      'Under Appearance you can set colours, position and greeting for each site.',
    ],
    replies: ['Does it slow the page down?', 'And in other languages too?', 'Wonderful, it works.'],
  },
];
