// Topics of generated conversations with customers who need help. Most escalations come from these.
import type { SupportTopic } from './support-topic.ts';

export const supportTopics: readonly SupportTopic[] = [
  {
    topic: 'billing',
    page: '/account/invoices',
    escalates: 0.35,
    qualifies: 0.01,
    triggers: ['billing_related', 'confidence_below_threshold'],
    openings: [
      'I was charged {amount} twice this month!',
      'Why is my invoice {amount} when the plan costs less?',
      'My card was declined, yet the {amount} has left my account.',
      "Please send last month's invoice again, with our VAT number on it.",
    ],
    answers: [
      'I am sorry about that. I can see two payments and will check whether one of them is only reserved.',
      'The difference of {amount} comes from the seats that were added in the middle of the month.',
      'Invoices are under Account, Invoices; the company details can be changed there as well.',
    ],
    replies: [
      'It is not only reserved, it has been booked. I want {amount} back.',
      'That does not answer my question.',
      'Fine, I have found it. Thanks.',
    ],
  },
  {
    topic: 'cancellation',
    page: '/account/plan',
    escalates: 0.5,
    qualifies: 0,
    triggers: ['billing_related', 'cancellation_request', 'confidence_below_threshold'],
    openings: [
      'I need to cancel my subscription immediately.',
      'How do I close our account? We have moved to another provider.',
      'This is the third time I ask: please cancel the {plan} plan!!',
    ],
    answers: [
      'I can help you with changes to your account. May I ask what made you decide?',
      'A cancellation takes effect at the end of the paid period; your data can be exported until then.',
    ],
    replies: [
      'I just want it cancelled today.',
      'The answers of the bot were wrong too often, it is a waste of money.',
      'All right, please confirm it by mail.',
    ],
  },
  {
    topic: 'delivery',
    page: '/orders',
    escalates: 0.18,
    qualifies: 0,
    triggers: ['order_problem'],
    openings: [
      'Where is my order {order}? It should have come {days} days ago.',
      'The parcel {order} shows as delivered but nobody has seen it.',
      'Can I change the address of {order}? It has not been sent yet.',
    ],
    answers: [
      'Let me look. {order} left our warehouse and is with the carrier, it should arrive within {days} days.',
      'The carrier says it was left with a neighbour. Shall I open a search?',
      'The address of {order} can be changed until it is packed, I have just done it.',
    ],
    replies: [
      'That is what you said last week already.',
      'Yes please, I have asked all the neighbours.',
      'Thank you, that was quick!',
    ],
  },
  {
    topic: 'returns',
    page: '/returns',
    escalates: 0.14,
    qualifies: 0,
    triggers: ['refund_request'],
    openings: [
      'I would like to return {product}, it does not fit.',
      '{product} arrived broken. What now?',
      'How long does a refund for {order} take?',
    ],
    answers: [
      'I am sorry to hear that. You can send it back free of charge within 30 days; I have mailed you the label.',
      'A refund is on its way once the parcel is with us, usually within {days} days.',
    ],
    replies: ['Do I need the original box?', 'Could I have a replacement instead?', 'OK, thank you.'],
  },
  {
    topic: 'login',
    page: '/login',
    escalates: 0.12,
    qualifies: 0,
    triggers: ['account_access'],
    openings: [
      'I cannot log in, the reset mail never comes.',
      'My account is locked after {days} wrong passwords.',
      'How do I move my second factor to a new phone?',
    ],
    answers: [
      'The reset mail comes from our no-reply address; please look into the spam folder as well.',
      'The lock opens by itself after 30 minutes. Do you still have your recovery codes?',
      'Under Profile, Security you can add the new phone before you remove the old one.',
    ],
    replies: ['It is not there either.', 'No, I have lost them.', 'It works now, thanks a lot.'],
  },
  {
    topic: 'integration',
    page: '/docs/integrations',
    escalates: 0.2,
    qualifies: 0.12,
    triggers: ['technical_issue', 'confidence_below_threshold'],
    openings: [
      'How do I connect the widget with {tool}?',
      'The {tool} integration stopped yesterday with error {code}.',
      'Does your webhook retry when our server is down?',
      'Which permissions does the {tool} app need?',
    ],
    answers: [
      'Open Integrations, choose {tool} and follow the three steps; you need to be an administrator there.',
      'Error {code} usually means that the token has expired. Connecting again makes a new one.',
      'Webhooks are repeated with growing pauses until your server answers with 200.',
    ],
    replies: [
      'I have done that twice, the error stays.',
      'Is there a log where I can see what was sent?',
      'That did it. Thank you!',
    ],
  },
  {
    topic: 'bug report',
    page: '/dashboard',
    escalates: 0.3,
    qualifies: 0,
    triggers: ['technical_issue', 'negative_sentiment'],
    openings: [
      'The dashboard is empty since this morning and we have {seats} people waiting.',
      'Every export ends with {code}. This is really annoying.',
      'The chat window covers the checkout button on phones.',
    ],
    answers: [
      'Thank you for telling us. Which browser do you use, and does it happen in a private window too?',
      'There is a known problem with exports today; our engineers are on it.',
    ],
    replies: [
      'Firefox and Chrome, both the same.',
      'We lose orders because of it, when will it be fixed?',
      'It seems to be back now.',
    ],
  },
  {
    topic: 'data protection',
    page: '/legal/privacy',
    escalates: 0.22,
    qualifies: 0.08,
    triggers: ['legal_question', 'confidence_below_threshold'],
    openings: [
      'Where are our chats stored, and for how long?',
      'We need a data processing agreement before we can go live with {seats} agents.',
      'Please delete everything you have about me.',
    ],
    answers: [
      'Chats are kept in the European Union, and the time is yours to choose: 30 days to two years.',
      'The agreement is under Account, Legal and can be signed there.',
    ],
    replies: [
      'Is a copy used to train models?',
      'Our lawyer has questions about paragraph four.',
      'Good, that is what I needed.',
    ],
  },
];
