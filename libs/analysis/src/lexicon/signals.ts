// Phrases of urgency, of intent, and phrases that hint at a purchase. Phrase syntax: ../phrases.ts.
import type { BuyingSignal, Intent } from '@switchboard/contracts';

/** Phrases of urgency by weight: 3 alone is high urgency, 5 is critical, below 0 is no hurry. */
export const URGENCY: ReadonlyArray<readonly [number, string]> = [
  [5, 'data breach|leak, security breach|incident'],
  [
    4,
    `emergency, production .. down|broken|stopped, site|website|store|shop|platform|app|service|server|servers|system|checkout|everything is|are|went down|offline
     losing|lose|lost customers|sales|revenue|business, losing|lose .. money
     hacked|stolen|fraud|fraudulent|unauthorized|unauthorised|compromised
     without permission, without my permission|consent`,
  ],
  [
    3,
    `urgent|urgently|asap|immediately|straightaway, as soon as possible, right away|now, at once, this instant|minute, without delay
     in|within an hour, within # hour|hours|minutes, lawyer|attorney|lawsuit, legal action, sue you`,
  ],
  [
    2,
    `charge~|bill~|debited .. twice, double|over charge~|bill~, overcharge~, time sensitive, locked out
     furious|outraged|livid, critical|deadline, before tomorrow, losing patience, three|four|five|many|several|multiple times
     nobody|noone answers|answer|replied|replies|responds|responded|helps|cares|called, nobody|noone has .. replied|answered|responded
     no one answers|answer|replied|replies|responds|responded|helps|cares|called, no answer|reply|response, does|did|has|can nobody
     report you, not one|single reply|answer|response, consumer protection, third|fourth|fifth time, manager|supervisor now`,
  ],
  [
    1.5,
    `cant|cannot|couldnt|not log|sign|get in|into, cant|cannot|couldnt|not login|access, still waiting, still no|not|nothing
     for|after|since .. days|weeks|hours|months, two|three|four|five|several|# days|weeks|hours|months late|and|now, cant|cannot get past
     by tomorrow|tonight|today|monday|tuesday|wednesday|thursday|friday
     need .. now|today|tomorrow, today|tonight please, subscription|everything|it|order today, unacceptable|angry|desperate
     never comes|came|works|worked, times already, not|isnt|doesnt|dont|didnt|wont work|working, stop~ work|working
     not|doesnt|wont|cant|cannot load|open|start|connect|sync|save, crash|crashes|crashed|crashing|outage|stuck|timeout
     does|did|do not arrive|come|load|open|start|work, fails|failing|failed, keep|keeps getting, error message|code|404|500|502|503
     declined|damaged|blocked
     not let me sign|log in|into, is anybody|anyone there, upload~|download~|import|imports|export|exports fail, stuck .. days|weeks|hours, been waiting .. minutes|hours|days|weeks
     error #, everything is broken, cant|cannot|couldnt work`,
  ],
  [
    -6,
    `no rush, no hurry, not urgent|critical, isnt urgent, whenever you can|have|like, when you have time|a, take your time, no pressure`,
  ],
];

/** Phrases by intent, with the weight that they add to it. */
export const INTENT_PHRASES: Readonly<
  Record<Exclude<Intent, 'ask_question'>, ReadonlyArray<readonly [number, string]>>
> = {
  cancel_service: [
    [
      4,
      `cancel|canceling|cancelling|end|stop|terminate|quit|close|delete .. subscription|membership|account|plan|contract|service|everything
       unsubscribe, want|like|need to cancel|unsubscribe|terminate, not|dont .. renew|renewal, how do|can i|we cancel, opt out`,
    ],
    [2, 'cancel|canceling|cancelling|cancellation|terminate|leaving'],
  ],
  request_refund: [
    [
      4,
      'want|need|like|get|request|demand|have|give .. refund|reimbursement, money back, refund me|us|my|the|this, chargeback',
    ],
    [2.5, 'refund|refunds|refunded|reimburse|charge~ .. twice, double charge~'],
  ],
  report_problem: [
    [
      3,
      `not|isnt|doesnt|dont|didnt|wont|wasnt|arent|never work|works|working, stop~ work|working, error|errors|bug|bugs|outage
       crash|crashes|crashed|crashing|glitch|broken|fails|failed|failing|stuck, doesnt|dont|wont|cant|cannot|not load|open|start|connect|sync|save
       is|are|went|been .. down, charge~|bill~ .. twice, double|over charge~, was|were|been charge~, declined
       wrong item|size|amount|product|color, arrived damaged|broken, item|items|part .. missing, unauthorized|unauthorised|fraudulent`,
    ],
    [1.5, 'problem|problems|issue|issues|trouble|slow|damaged|missing|wrong|incorrect'],
  ],
  track_order: [
    [
      4,
      `where is|are .. order|package|parcel|delivery|shipment|card, wheres .. order|package|parcel, track .. order|package|parcel|delivery|shipment|card
       order|delivery|shipment status, tracking number|link|info, when will|does|should .. arrive|come|delivered|ship, still waiting .. order|package|parcel|delivery|card
       not|never|hasnt|havent .. arrived|received|delivered`,
    ],
    [2, 'tracking|delivery|arrive|arrived|shipped'],
  ],
  return_item: [
    [
      4,
      'return|exchange .. item|items|shoes|dress|product|order|it|them|purchase|jacket|shirt|jeans, send .. back, return label|policy|window',
    ],
  ],
  regain_access: [
    [
      4,
      `forgot|forgotten|reset|lost .. password|pin|passcode|username, locked out, cant|cannot|couldnt|unable|not .. log|sign|get in|into
       cant|cannot|couldnt login|access, account .. locked|hacked|suspended|disabled, hacked, verification code|email .. not|never|doesnt`,
    ],
    [2, 'password|login|passcode'],
  ],
  change_details: [
    [
      3,
      `change|update|edit|correct|replace .. email|phone|address|name|details|number|profile|card|payment|password|order|plan
       invite|add|remove .. user|users|member|members|teammate|colleague, rename`,
    ],
  ],
  ask_price: [
    [
      4,
      'how much, price|prices|pricing|quote|quotation, what .. cost|costs|price|fee, plan .. cost, discount|discounts',
    ],
    [2, 'cost|costs|fees'],
  ],
  buy: [
    [
      4,
      `want|like|ready|need|looking|wish to buy|purchase|order|subscribe|upgrade, upgrade to, demo, free trial, sales team
       interested in .. plan|product|buying|purchasing|service|enterprise, talk|speak .. sales, sign|send .. contract`,
    ],
    [2, 'buy|purchase|upgrade|trial'],
  ],
  request_human: [
    [
      5,
      `speak|talk|chat|connect|transfer .. human|person|agent|representative|someone|manager|supervisor|operator|advisor, real|live person|human|agent
       call me, manager|supervisor, human being, customer service number`,
    ],
  ],
  complain: [
    [
      4,
      `complaint|complaints|complain|complaining|unacceptable|ridiculous|scam|disgusting, worst|terrible|awful|horrible|bad|poor .. service|support|experience
       fed up, sick of, waste of time|money, lawyer|attorney, legal action, thanks for nothing, stop sending
       rude|unprofessional|incompetent|furious|disappointed|outraged, not|isnt happy|satisfied|acceptable`,
    ],
    [
      3,
      `nobody|noone answers|answer|replied|replies|responds|responded|helps|cares|called|contacted, no answer|reply|response, hung up
       nobody|noone has|is .. replied|answered|responded, no one .. answers|replied|responds|responded|helps|cares, does|did|has|can nobody`,
    ],
  ],
  give_feedback: [
    [
      4,
      `suggestion|suggest|feedback, feature request, would .. nice|great|cool|helpful|useful if|to|addition, you should|could add|consider|make
       please add, wish .. had|could, great|good|nice job|work, love .. new|it|your|this, much better, could be clearer|better|easier`,
    ],
  ],
  give_thanks: [
    [2, 'thank|thanks|thx|thankyou|appreciated|grateful|👍|🙏|❤, solved it, well done, great service'],
  ],
  greet: [[1, 'hello|hi|hey|greetings, good morning|afternoon|evening']],
};

/** Phrases that hint at a purchase. */
export const BUYING_PHRASES: Readonly<Record<BuyingSignal, string>> = {
  price_question: 'how much, price|prices|pricing, plan|it|license|licence .. cost|costs, what .. cost|costs',
  plan_question:
    'pro|team|enterprise|starter|business|premium|annual plan|plans, plan|plans include|includes|have, difference between, does .. plan',
  quote_request: 'quote|quotation|proposal',
  demo_request: 'demo|demos|demonstration, show me how, book .. call|meeting, talk|speak .. sales',
  trial_request: 'trial|trials, try .. before|free, proof of concept|poc',
  upgrade_interest:
    'upgrade|upgrading, move|switch~ to .. plan|annual|yearly|pro|enterprise|premium, more seats|users|licenses',
  team_size:
    '# .. seats|users|people|licenses|licences|employees|agents|members|colleagues, team|company of #',
  comparison:
    'compare|compares|comparing|compared|versus|vs|alternative|alternatives, better than, switch~|migrate~|move|moving from, instead of',
  purchase_intent:
    'ready|want|wants|like|need|looking to buy|purchase|order|sign|subscribe, interested in, place an order, send .. contract, sign .. contract',
  budget: 'budget|budgets|procurement|purchase order',
};
