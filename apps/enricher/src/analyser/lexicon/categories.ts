// What a text is about: phrases with the weight they add to a category. 3 and more settles it alone, 1 is a hint.
// Phrase syntax: ../phrases.ts.
import type { Category } from '@switchboard/contracts';

type Weighted = ReadonlyArray<readonly [number, string]>;

export const CATEGORY_PHRASES: Readonly<Record<Exclude<Category, 'general'>, Weighted>> = {
  billing: [
    [
      3,
      `refund~|invoice~|receipt|receipts|overcharge~|chargeback|chargebacks|reimburse~|reimbursement|vat|billing, money back
       charge~|bill~|debited|paid|pay .. twice, double|over charge~|bill~, charge~ me|us|my, was|were|been|being|got charge~|bill~|debited
       took|taken|payment|payments|paid .. twice|times, autopay, auto pay, late fee|fees, payment plan, tax exempt, why .. charge~|billed
       payment method|methods|fails|failed, direct debit, standing order, bank transfer, credit note, billing address
       unauthorized|unauthorised|fraudulent|unknown|suspicious transaction|transactions|payment|payments|charge|charges|withdrawal
       unexpected|extra|hidden|wrong|weird|strange charge|charges|fee|fees|amount|payment
       discount|promo|voucher|coupon code|codes, took|taken .. from my account|card|bank, paid too much, two|three payments|charges`,
    ],
    [
      2,
      `bill|bills|fee|fees|pay|pays|paying|paid|payment|payments|transaction|transactions|tax|taxes|charge~
       credit|debit|bank card|cards|statement, card .. declined|rejected|expired|blocked, exchange rate|rates, top|topped|topping up
       cash withdrawal, withdraw|withdrew|withdrawal|withdrawals|atm|iban|sepa|paypal, apple|google pay
       promo|promotion|coupon|voucher code|codes, transfer~ .. money|funds|pending|declined
       overdue|owe|owed|debt|installment|installments|cashback|wire|cheque|expense|expenses, wrong amount
       money|balance|currency|currencies, gift card|cards`,
    ],
    [1, 'card|cards|bank|transfer|transfers|deducted|amount|subscription|subscriptions'],
  ],
  account: [
    [
      3,
      `password|passwords|passcode|username|login|logins|signin, log|logged|logging|sign|signed|signing in|into, locked out
       two factor, 2fa|mfa|authenticator|otp, verification|security|login code|codes|email, one time password
       hacked|hack|compromised, someone .. my|our account, delete|deactivate|reactivate|restore|merge|verify|access|unlock .. account|profile
       account .. hacked|locked|suspended|disabled|blocked|compromised|verified
       change|update|edit .. email|phone|name|address|details|number|profile|username|pin
       invite~|add|remove .. user|users|member|members|teammate|teammates|colleague|colleagues|admin|admins
       sso|saml, recover|recovery .. account|email|code, security question|questions, log|logs|logged|logging me out, name on .. account
       verify|confirm|prove .. identity
       logged|logs|log out, have access, no longer .. access, using my profile|account, login page`,
    ],
    [
      2,
      `account|accounts|profile|profiles|registration|register~|identity|permission|permissions|pin|passport|workspace
       sign up, reset~ .. password|pin|email|link, unlock`,
    ],
    [1, 'email address, phone number, personal details, settings|gdpr|reset'],
  ],
  technical: [
    [
      3,
      `bug|bugs|crash|crashes|crashed|crashing|glitch|glitches|webhook|webhooks|api|apis|sdk|plugin|plugins|integration|integrations|outage
       not|isnt|doesnt|dont|didnt|wont|wasnt|arent|never work|works|working|functioning, stop~|quit work|working
       doesnt|dont|didnt|wont|cant|cannot|not load|loading|open|start|connect|sync|install|upload|download|respond|save|export|import|print
       is|are|was|went|goes|keeps|been .. down|offline|unavailable, blank|white|black|blue screen|page, error message|messages|code|404|500|502|503
       connect~|set|configure|install~|integrate~ .. slack|hubspot|salesforce|zapier|shopify|wordpress|widget|domain
       not|isnt|arent|stopped showing|appearing|updating|sending|receiving|opening|connecting|syncing|saving|displaying|loading|responding
       goes|went blank|black|white, wont|doesnt|not let me, does|did nothing, search results, broken link|links|image|images|page|button
       not responding, unresponsive|timeout|timeouts, time|times|timed out
       nothing happens|happened, embed~|react|javascript|python|node|iframe, shows .. old|wrong|only|nothing, wrong language
       keep|keeps|kept freezing|crashing|breaking|dropping`,
    ],
    [
      2,
      `error|errors|broke|freeze|freezes|frozen|froze|sync|syncing|synced|install~|installation|browser|chrome|safari|firefox|android|ios|iphone
       fail|fails|failed|failing|failure|stuck|slow|laggy|lag|loading|widget|script|snippet|ssl|dns|domain|domains|export|exports|import|imports
       browsers|desktop|laptop|computer|ipad|tablet|windows|mac|mobile|compatible|compatibility|spinner|spinning|refresh|reload|redirect~
       audio|video|camera|microphone|pdf|offline|hang|hangs|hanging|url
       csv|upload~|download~|setup|configure~|configuration|connect~|server|servers|database|cache|cookies, set up
       works|working|worked now|again|perfectly|fine|well, it works
       notification|notifications|dashboard, click|clicking|clicked|press|submit
       everything is broken, freezing`,
    ],
    [
      1,
      'app|apps|website|page|pages|screen|software|button|link|links|dashboard|report|reports|notification|notifications|file|files|update|version',
    ],
  ],
  orders: [
    [
      3,
      `my|your|our|the|an|this|that|last|previous|new|recent|place~|placed|cancel|change|track order|orders|delivery|shipment|package|parcel
       order number|id|status|confirmation|history, delivery|deliveries|deliver|delivers|delivered|ship|ships|shipped|shipping|shipment|shipments
       send|sending|sent .. back, replacement|replacements, sold out, pre order, preorder, free|express|standard shipping, pair of
       sent me .. wrong|different|instead, says delivered, get|got|getting|come|arrive here|late
       tracking|parcel|parcels|package|packages|courier, wrong item|items|size|color|colour|product|model
       in|of stock, return|exchange .. item|items|shoes|dress|product|jacket|shirt|jeans|order|purchase|it|them
       damaged|missing|broken|defective .. item|items|box|package|product|parts
       item|items|product|part|parts .. missing|damaged|broken|defective, return label|policy|window, arrived damaged|broken|late|smashed`,
    ],
    [
      2,
      `order|orders|ordered|track|arrive|arrives|arrived|item|items|return|returns|returned|warehouse|customs|restock~|backorder, po box
       pick up, hasnt|havent|not|never arrived|come|received, where is|are my, wheres my
       pick .. up, picked up, in pieces`,
    ],
    [
      1,
      'received|receive|box|product|products|size|store|shop|shoes|boots|dress|jacket|shirt|jeans|coat|hat|sweater|sofa|lamp|postage|gift',
    ],
  ],
  sales: [
    [
      3,
      `price|prices|pricing|quote|quotes|quotation|proposal|demo|demos|trial|trials|reseller|licence|licences|license|licenses
       how much is|are|does|do|would|will|for|it, plan .. cost|costs
       team|pro|enterprise|starter|business|premium|basic|annual|yearly|monthly|free|paid|growth|standard plan|plans|tier|version|edition
       sales team|rep|representative|department, from|with|to sales, upgrade~|switch~|move .. plan|plans|tier|annual|yearly|pro|enterprise|premium
       difference between, discount|discounts for|on|if|available, offer|have|any|get|give .. discount|discounts, volume|bulk discount|pricing|order
       how many .. included|get, limit|limits on, do you sell, free version, educational|academic pricing|discount, what .. cost|costs
       partner program|programme, book .. call|demo|meeting, interested in, ready|like|want|wants|need|looking to buy|purchase
       before i|we buy|purchase, compare~ .. with|to
       best offer|price|deal, pick|choose you over, why should i|we, walk .. through, before we decide|buy, evaluate~|evaluation
       what would you offer`,
    ],
    [
      2,
      `plan|plans|cost|costs|upgrade~|buy|buying|purchase|purchasing|enterprise|seat|seats|discount|discounts|contract|budget|include|includes|included
       per user|seat|month|year
       # employees|agents|users|seats`,
    ],
    [1, 'feature|features|annual|yearly|cheaper|bundle|lifetime|starter|pro|premium|team'],
  ],
  cancellation: [
    [
      4,
      `cancel|cancels|canceling|cancelling|canceled|cancelled|cancellation|unsubscribe~|terminate~|termination
       close|delete|remove|shut .. my|our account, stop|end|quit|discontinue .. subscription|membership|contract|service|renewal
       mailing list, newsletter, another|different|other vendor|provider|company|competitor, not|dont want .. anymore|longer
       not|dont|stop .. renew|renewal|renewing, auto renew|renewal, turn off|disable .. renewal, opt|opting out
       want out, no longer need|want|require, deactivate|pause .. subscription|plan|membership, stop it at, take .. off your
       get|getting out of .. contract|subscription|plan`,
    ],
    [2, 'leaving|renewal|renew|downgrade~, stop sending, delete .. data, switch~ away'],
  ],
  complaint: [
    [
      3,
      `complain|complaining|complaint|complaints|unacceptable|ridiculous|outrageous|disgusting|appalling|disgraceful|scam|scammed|misled|lied
       terrible|awful|worst|horrible|bad|poor|pathetic|useless|dreadful .. service|support|experience|company|staff|agent|agents|team|bot
       service|support|agent|agents|staff|team|bot|he|she|they is|was|are|were|been .. terrible|awful|horrible|bad|poor|pathetic|useless|rude|unhelpful|incompetent|slow
       speak|talk|escalate|connect|transfer .. manager|supervisor|boss
       nobody|noone answers|answer|answered|replied|replies|reply|responds|responded|helps|helped|cares|care|called|contacted
       no one answers|answer|answered|replied|replies|reply|responds|responded|helps|helped|cares|care|called|contacted
       nobody|noone has|is .. replied|answered|responded|helping|called|contacted|answering, does|did|has|can nobody|noone
       treated .. badly|poorly|unfairly|like, report you, consumer protection, bad review, one star, lose|lost a customer, shame on, is|are a joke
       how is this possible, not one|single|any reply|answer|response, keep|keeps asking, again and again, no help
       no answer|reply|response, lawyer|attorney|ombudsman, legal action, sue you, trading standards, false advertising
       fed up, sick of, had enough, waste of time|money, hung up, thanks for nothing, passed|transferred|bounced .. from one
       shocking|regret, you people, different answers, how little you, is anybody|anyone there`,
    ],
    [
      2,
      `furious|outraged|livid|angry|disappoint~|disappointing|frustrated|frustrating|rude|incompetent|useless|unprofessional|ripoff|unhappy|dissatisfied
       not|isnt|arent|never happy|satisfied|impressed|acceptable|helpful, third|fourth|fifth time, four|five|several|many|multiple times
       never again, still waiting, ignored|ignoring, doesnt understand, not understand
       been waiting, nothing to do with, not what .. asked|wanted, even talk|listen|read|care, so many times`,
    ],
    [1, 'already|terrible|awful|worst|horrible|pathetic|hate|joke|😡|🤬|😠|👎'],
  ],
  feedback: [
    [
      4,
      `suggest|suggestion|suggestions|feedback|enhancement, feature request|requests
       would|be|is .. nice|great|cool|helpful|useful|awesome if|to|addition|feature|when|option, would .. nice addition
       you should|could add|consider|make|include|offer|allow|support|have, please add, consider adding, wish .. had|could|were|was
       great|good|nice|amazing|excellent|awesome|fantastic job|work|service|support|experience|update|feature
       love|like|loving|enjoy .. new|update|dashboard|design|feature|product|app|interface, love it
       much|way|far|lot better, keep it up, well done, could be clearer|better|easier|faster|simpler
       superb|brilliant|outstanding|perfect service|support|job|help|team|work|tool|product, best .. tool|product|app|service|software|support|company|team
       enjoy~ .. new, enjoying, could|can you add, nice to have, thumbs up, feature idea, user friendly, so glad|happy i|with|that, would love
       was|were|is|are|been .. amazing|wonderful|fantastic|excellent|awesome|brilliant|outstanding
       maybe add|make|use|change|move, bit larger|smaller|bigger|faster|simpler`,
    ],
    [
      2,
      'improve~|improvement|improvements|idea|ideas|survey|rating|recommend|impressed|review|reviews, would help, better than, onboarding|friendly|smooth|layout',
    ],
    [
      1,
      'love|amazing|excellent|fantastic|wonderful|perfect|quick|clear|best|glad|superb|intuitive|layout|design',
    ],
  ],
};
