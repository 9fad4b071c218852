// Phrases with the weight that they add to a category: 3 nearly decides it, 1 is a hint. The classifier uses these weights
// beside the words. They contain knowledge for which the training texts are too few. Syntax: ../phrases.ts.
import type { Category } from '@switchboard/contracts';

type Weighted = ReadonlyArray<readonly [number, string]>;

export const CATEGORY_PHRASES: Readonly<Record<Category, Weighted>> = {
  billing: [
    [
      3,
      `invoice~|overcharge~|billing|surcharge|surcharges|vat, bill~ .. twice|wrong|incorrect|higher|month|period|cycle
       charge~ .. twice|double|again|extra|wrong, double|over charge~|bill~, late fee|fees, exchange rate|rates, credit note
       took|taken|pay|payment|payments|paid .. twice|times, why .. charge~|billed|fee|cost|charged, tax exempt|number|invoice|id|rate
       extra|hidden|wrong|weird|strange|unexpected|additional charge|charges|fee|fees|amount, paid|charged too much, purchase order number
       promo|discount|voucher|coupon code|codes, statement says|shows, my|our|the|monthly|last|next|electricity|gas|water|phone bill|bills|statement
       quoted .. charged|bill|says|invoice, itemised|itemized, price on .. bill|invoice|receipt, total|amount is wrong|incorrect
       conversion|markup|mark rate|fee|up, sales|service|booking|processing|withdrawal|transaction|atm|roaming fee|fees|charge|charges|tax`,
    ],
    [
      2,
      `bill|bills|billed|fee|fees|tax|taxes|receipt|receipts|tariff|levy|deposit|accountant|accounting|bookkeeping|bookkeeper|proforma|arrears
       charge|charges|charged|charging|statement|statements|deducted|debited|prorated|rounding|surplus|itinerary, exchange, credited
       wrong amount, price .. changed|rise|rose|increase|increased|went|gone, price increase|hike|rise, owe|owed|debt, line item|items, meter reading`,
    ],
    [1, 'amount|discount|price|total|monthly|rate|rates|meter|cost|costs|twice|euros|dollars|pounds'],
  ],
  payments: [
    [
      3,
      `payment|payments|transfer|transfers|transaction|payout|payouts|deposit|deposits|top|topup|salary|wages|wire|remittance|settlement|instalment|installment .. pending|failed|fails|failing|declined|rejected|reverted|stuck|missing|bounced|frozen|late|delayed|arrived|processing|hold|through|cleared|received|disappeared|vanished|reached|landed
       card .. declined|rejected|refused, declined .. card|checkout|till|counter, declined at, money .. arrived|missing|gone|disappeared|vanished|landed|left|reached|where|stuck
       payout|payouts|payroll|remittance|direct deposit, pending payment|transfer|transaction, failed payment|transfer|transaction
       not|never|hasnt|havent|didnt .. credited|cleared|reached, balance .. updated|changed|wrong|reflect|show|shows|zero, paid .. not|still|says unpaid|outstanding|due
       payment|transfer not|didnt|doesnt|wont|cant|hasnt, my top up, top up .. not|still|failed|pending|reverted, sent .. money
       standing order|direct debit .. failed|bounced|rejected|missed|collected|returned`,
    ],
    [
      2,
      `payment|payments|transfer|transfers|transferred|transaction|transactions|declined|declines|bounced|pending|reverted|escrow|cheque|deposited
       payee|payees|beneficiary|recipient|settlement|funds|payday|wages|salary|instalment|instalments|installment|installments|wire|wired
       top up, checkout .. fails|failed|rejects|error|spins, money .. account|bank, processing, went through, go through, payment crew|team, tap|tapped, terminals`,
    ],
    [1, 'card|money|bank|sent|receive|received|paid|balance|account|processed|cash'],
  ],
  payment_methods: [
    [
      3,
      `payment method|methods|option|options|type|types, pay with|by|using|via|through, accept~ .. card|cards|cash|paypal|crypto|bitcoin|amex|cheque|cheques|checks|currency|currencies|payment|payments|vouchers|vouchers
       saved|stored|save|store|second|default|new|another|add|remove|replace|delete|change|update|different card|cards|bank, add|remove|update|change|replace|switch .. card|payment|iban|bank
       apple|google|samsung pay, autopay, auto pay, pay in|monthly|weekly instalments|installments|cash|euros|dollars|pounds|currency|person|person|advance, direct debit
       top up .. with|by|using|cash|cheque|limit|how|card, which|what|other cards|currencies|card|currency|methods, visa|mastercard|amex|maestro|paypal|klarna|bitcoin|crypto|cryptocurrency|ideal|sepa|giropay|bancontact|twint|venmo|zelle|ach
       spending|transfer|payment|withdrawal|daily|card|top|monthly limit|limits, limit .. card|transfer|transfers|payment|payments|raise|raised|increase
       gift card|cards|voucher|vouchers .. pay|checkout|use|accept|towards, split .. payment|bill|cost|two, pay later, buy now, option to pay, way|ways to pay, cash on delivery, contactless .. accept|take, qr code .. pay
       who|where|how do|can i|we pay|transfer|deposit|top, paper cheques, how long .. transfer|transfers`,
    ],
    [
      2,
      `currency|currencies|wallet|limit|limits|crypto|prepaid|virtual card|cards|autopay|cheques|cash|iban|swift|bic|sepa
       pay|paying|payable|credit|debit card|cards, standing order, bank transfer, auto top, automatic, card on file, expiry|expiration date, instalments|installments`,
    ],
    [1, 'card|cards|accept|accepted|methods|method|bank|transfer|pay'],
  ],
  refunds: [
    [
      3,
      `refund~|reimburse~|reimbursement|reimbursements|chargeback|chargebacks|refundable|refunding|compensation|compensate, money back, cash back .. not|store|want
       dispute~ .. charge|charges|payment|transaction, give|want|get|return|getting|got|have|send .. money|cash|deposit back, deposit back|returned, pay me|us back
       credited back, claim .. back|compensation, voucher|credit|credits instead, get .. back on my card, my money back, store credit`,
    ],
    [
      2,
      'dispute|disputing|refund|back to my card|compensation|goodwill, paid back, partial, out of pocket, money returned',
    ],
    [1, 'back|returned|return|voucher|days|days|promised|claim'],
  ],
  account: [
    [
      3,
      `change|update|edit|correct|amend|updating|changing .. email|phone|name|address|details|surname|username|language|birthday|profile|timezone|title
       my|our|the|user|personal|company profile|details|nickname|username|avatar|surname, verify|confirm|prove|verifying|verification .. identity|id|passport|address|age|documents|document|source
       passport|identity|id|kyc|document|documents .. check|verify|verification|rejected|accepted|review|approved|photo|scan, proof of address|id|identity|funds|age
       add|invite~|remove|removing .. user|users|member|members|teammate|teammates|colleague|colleagues|admin|admins|staff|people|nurses|driver|drivers|editor
       merge|transfer|link|verify .. account|accounts|profiles|profile|ownership, role|roles|permission|permissions, name on .. account, account owner|ownership|holder|settings|verification|type|name
       email preferences, notification preferences|settings, time zone|timezone, maiden name, date of birth, marriage|married|divorce, moved house, account .. suspended|merge|verified|closed|review|business|family|restored|reactivate
       second|joint|family|child|business|personal|sub|team account|accounts|profile|profiles, how old, minimum age, age limit`,
    ],
    [
      2,
      `profile|profiles|identity|kyc|permissions|permission|passport|workspace|admin|admins|member|members|avatar|username|preferences|surname|registered|membership|owner|ownership|loyalty
       account|accounts|verification|verify|verified|subscription|seat|licence holder, personal details|information|data, change my, spelled|misspelled|misspelt, under 18`,
    ],
    [
      1,
      'settings|name|address|email|details|phone|users|team|update|change|age|documents|document|id|points',
    ],
  ],
  access: [
    [
      3,
      `password|passwords|passcode|login|logins|signin|2fa|mfa|authenticator|otp|sso|saml|captcha|passkey|passkeys|pincode, log|logged|logging|logs|sign|signed|signing|get|getting|got|let in|into|on|me
       locked|locks|lock|shut out|me, two factor|step|fa, security|login|sign|access|activation|reset|backup|recovery|one code|codes|link|email|question|questions
       verification|confirmation|text|sms code|codes|email, one time, code .. arrive|arrives|arrived|come|comes|came|expired|invalid|works|work|wrong|text|texted|sms
       forgot|forgotten|reset|remember|unlock|blocked|unblock|wrong|change|set .. password|pin|passcode|username|account|login, activate~|activation .. card|account|sim|licence|code|key|email|link
       too many attempts|tries|times, pin .. blocked|locked|forgot|wrong|reset|change|rejected|accepted, account .. locked|disabled, cant|cannot|couldnt|unable|not access|enter|reach, magic link, face id, fingerprint, incorrect password|credentials
       logged|logs|log|signed|kicked|kicks|signs|throws|boots out|off|me, no longer .. access|in, back in|into, device .. trusted|recognised|recognized, new phone .. authenticator|code|codes`,
    ],
    [
      2,
      'pin|code|codes|activate|activated|activation|locked|lockout|unlock|credentials|attempts|access|reset|biometric|expired link, old phone, log on, door|gate|badge|keycard|fob',
    ],
    [1, 'email|link|account|enter|phone|blocked|attempt|verification|text|sms'],
  ],
  security: [
    [
      3,
      `hacked|hack|hacker|hackers|compromised|phishing|phish|fraud|fraudulent|fraudster|fraudsters|stolen|theft|thief|stole|robbed|scammed|scammer|scammers|breach|breached|leak|leaked|leaks|gdpr|malware|ransomware|spoof|spoofed|impersonating|impersonator|burglar|cloned|clone|skimmed|mugged|identity theft|pickpocket|pickpocketed|encrypted|encryption|vulnerability
       lost|stolen|missing|misplaced|dropped|left .. card|wallet|purse|phone|handbag|bag|cards, freeze|block|lock|cancel .. card|cards|account|phone, suspicious|unauthorised|unauthorized|unknown|unfamiliar|strange .. email|login|transaction|charge|charges|activity|payment|device|call|text|link|withdrawal|withdrawals|payments|purchase|purchases
       not|never|didnt|dont|havent make|made|recognise|recognize|authorise|authorize|authorised|authorized|approve|approved, someone|somebody|stranger|he|she|ex|they else|has|is|used|using|changed|accessed|spending|got .. my|our|card|account|password|it
       wasnt|not|isnt me|mine, data breach|leak|protection|subject|deletion|request, personal data|information, privacy|consent, delete|erase|remove|copy .. data|everything you have|information, right to be forgotten, data protection, subject access, security certificates|audit|policy|certification|incident|hole|flaw|team
       another|other|wrong|different|someone customers|persons|peoples|elses|else .. data|details|account|name|invoice|statement|profile, fake|scam email|site|website|call|text|app|invoice|shop|profile, sim swap, remote access, penetration test, iso 27001, soc 2, without my knowledge|consent|permission`,
    ],
    [
      2,
      'scam|suspicious|privacy|secure|safely|security|lost|freeze|fraud|unauthorised|unauthorized|unrecognised|unrecognized|stranger|police|safe|identity|data|exposed|alert|alerts|protect|protected|protection|strange, dont recognise|recognize, not me|mine',
    ],
    [1, 'card|purchases|someone|wallet|phone|block|cards|purse|blocked|login|safety'],
  ],
  orders: [
    [
      3,
      `my|your|our|the|an|this|that|last|previous|new|recent|place~|placed|change|track|first|online|grocery order|orders|delivery|deliveries|shipment|package|parcel
       order number|id|status|confirmation|history|#, tracking number|link|page|says|shows|info, parcel|parcels|package|packages|courier|couriers|shipment|shipments|dispatched|dispatch|backorder|preorder|restock~|restocked
       deliver|delivers|delivered|ship|ships|shipped|shipping, wrong|missing|damaged|broken|faulty item|items|size|color|colour|product|model|parts|part|one|shade|book
       in|of stock, return|exchange|swap|send|sent .. item|items|shoes|dress|product|jacket|shirt|jeans|purchase|size|colour|color|back|one
       return label|policy|window|form, arrived damaged|broken|late|smashed|cracked|wrong|today|early|melted|open|wet|empty, replacement|replacements, pick up|point, click and collect, customs, drop off
       virtual|physical|new|second|spare|replacement|another card .. order|ordered|get|arrive|arrived|sent|delivery|deliver|long|cost, card .. arrive|arrived|delivered|delivery|post|mail|come|sent
       delivered to|but|yesterday|today|next|wrong, left .. doorstep|door|neighbour|neighbor|rain|porch, delivery address|slot|driver|man|guy|date|time|window, driver was|left|never`,
    ],
    [
      2,
      `order|orders|ordered|delivery|deliveries|track|tracking|arrive|arrives|arrived|arriving|item|items|return|returns|warehouse|box|boxes|packaging|packaged|postage|delivered|deliver|shipping|shipped|driver|stock|postman|ordering
       po box, where is|are my, wheres my, in pieces, came|come in|with|without|broken, hasnt|havent|not|never|still arrived|come|received, size|sizes, gift wrap|wrapped|note`,
    ],
    [
      1,
      'received|receive|product|products|store|shop|shoes|boots|dress|jacket|shirt|jeans|coat|hat|sweater|sofa|lamp|gift|sent|mattress|wardrobe|cake|flowers|bouquet|bike|kettle|chair|table|fridge|post|machine|damaged|missing|wrong|colour|color|groceries|pizza|wedding',
    ],
  ],
  technical: [
    [
      3,
      `bug|bugs|buggy|crash|crashes|crashed|crashing|glitch|glitches|glitchy|webhook|webhooks|api|apis|sdk|plugin|plugins|integration|integrations|outage|firmware|wifi|wi|bluetooth|router|driver update|printer|buffering|sync|syncing|synced|syncs|server|servers|browser|browsers|offline
       not|isnt|doesnt|dont|didnt|wont|wasnt|arent|never work|works|working|functioning|start|starting|turn|charging|charge|print|printing, stop~|quit work|working|responding|syncing
       doesnt|dont|didnt|wont|cant|cannot|will not|never load|loads|open|opens|connect|connects|sync|install|upload|download|respond|save|saves|export|import|print|play|pair|boot|update
       is|are|was|went|goes|keeps|been|all|completely|system|site|service .. down|offline|unavailable, blank|white|black|blue|frozen|spinning screen|page|wheel, error message|messages|code|404|500|502|503|#, shows error, gives .. error
       connect~|set|configure|install~|integrate~|export|import|embed .. slack|hubspot|salesforce|zapier|shopify|wordpress|widget|domain|calendar|printer|router|website|csv|excel|tv|speaker
       not|isnt|arent|stopped showing|appearing|updating|sending|receiving|opening|connecting|syncing|saving|displaying|loading|responding|printing|charging|recording|playing
       not responding, unresponsive|timeout|timeouts|latency|lag|laggy|lagging|pixelated|blurry|flickers|flickering|reboot|reboots|restart|restarts|restarted, timed out, times out, keeps|kept|keep freezing|crashing|breaking|dropping|disconnecting|buffering|restarting|rebooting|spinning|loading|failing|going
       wont|doesnt|not let me save|upload|export|open|print|add|edit, how do|can|to i|you|we connect|set|install|configure|export|import|embed|print|turn|enable|pair|sync|use|update|delete|rename|share|upload|sort|backup, dns|ssl|ftp|smtp|csv|pdf|json|html|javascript|python, dark screen, error|errors`,
    ],
    [
      2,
      `error|errors|broke|broken|freeze|freezes|frozen|froze|install~|installation|chrome|safari|firefox|android|ios|iphone|ipad|tablet|laptop|computer|windows|mac|version|update|updated|bluetooth|signal|network|internet|connection|broadband|compatible|compatibility
       stuck|slow|widget|script|domain|export|exports|exporting|import|imports|spinner|spinning|refresh|reload|redirect~|audio|video|videos|camera|microphone|pdf|hang|hangs|hanging|url|upload~|uploads|download~|setup|configure~|configuration|database|cache|cookies|feature|features, set up
       click|clicking|clicked|press|pressing|submit|dashboard|notification|notifications|search results|thermostat|sensor|sensors|speaker|speakers|headset|headphones|screen|keyboard|battery|charger|remote|printing|scanner|manual|machine`,
    ],
    [
      1,
      'app|apps|website|site|page|pages|software|button|link|links|report|reports|file|files|loading|works|working|fix|fixed|system|map|chat|phone|calendar|photo|photos|alarm|device|down',
    ],
  ],
  sales: [
    [
      3,
      `pricing|quote|quotes|quotation|proposal|demo|demos|trial|trials|reseller|pilot|rollout|roll out|tender|procurement|brochure
       how much is|are|does|do|would|will|for|it, plan .. cost|costs|include|includes|have|has|available|right, price list|for|of|per|quote, what|whats .. price|prices|plans|packages|cost
       team|pro|enterprise|starter|business|premium|basic|annual|yearly|monthly|free|paid|growth|standard|family|student|gold|silver plan|plans|tier|version|edition|package|membership|licence|license
       sales team|rep|representative|department|person|call, from|with|to sales, upgrade~|switch~|move .. plan|plans|tier|annual|yearly|pro|enterprise|premium|package
       difference between, discount|discounts for|on|if|available|nonprofit|nonprofits|students, volume|bulk|student|nonprofit|charity|educational|academic|group discount|discounts|pricing|order|rate|price|rates
       do you sell|stock|offer|serve|cover|operate|have|support|ship, is .. available|offered in, available in, free version, partner program|programme, interested in, ready|like|want|wants|need|looking|about|considering|thinking|plan to|of buy|purchase|buying|sign|order|subscribe|switch
       before i|we buy|purchase|sign|decide|commit, compare~ .. with|to|against, evaluate~|evaluation|shortlist|shortlisted|comparing|considering, more|extra|additional|# seats|licences|licenses, for # people|employees|users|agents|seats|staff|rooms|guests|teachers|students
       which|what|right .. plan|package|version|model|tier|edition, does it|the|your .. support|work|have|include|do|come, test drive, book|arrange|schedule .. demo|call|viewing|tour|meeting|walkthrough, sold on, sign .. contract|up for`,
    ],
    [
      2,
      'plan|plans|cost|costs|upgrade~|buy|buying|purchase|purchasing|enterprise|seat|seats|discount|discounts|contract|budget|include|includes|included|offer|offers|price|prices|licence|licences|license|licenses|tier|package|packages|catalogue|subscribe, per user|seat|month|year, # employees|agents|users|seats',
    ],
    [
      1,
      'features|annual|yearly|cheaper|bundle|starter|pro|premium|team|interested|country|available|competitor|boss|decide|considering|model',
    ],
  ],
  cancellation: [
    [
      3,
      `cancel|cancels|canceling|cancelling|canceled|cancelled|cancellation|unsubscribe~|unsubscribing|terminate~|terminating|termination|deactivate|discontinue
       close|delete|remove|shut|closing|deleting .. my|our|the account|profile|accounts|membership, stop|end|quit|leave|ending|stopping .. subscription|membership|contract|service|renewal|plan|donation|box|policy|agreement|it after|delivery
       mailing list, newsletter, not|dont|stop|wont .. renew|renewal|renewing, auto renew|renewal, turn off|disable .. renewal, opt|opting out, want|get|getting out, no longer need|want|require|use|interested
       not|dont need|want .. anymore|longer, call|calling|backing it|off|out, give|gave notice, switching|moving|going to another|different|competitor|your, take me|us off, cooling off, end of .. contract|notice, please stop .. after|from|sending, pause .. subscription|membership|plan`,
    ],
    [
      2,
      'leaving|renewal|renew|renews|notice|terminate|end, stop sending, pull the plug, dont renew, close my, without me, moving away',
    ],
    [1, 'subscription|membership|contract|booking|appointment|policy|stop|anymore|gym|reservation|lease'],
  ],
  complaint: [
    [
      3,
      `complain|complaining|complaint|complaints|grievance|ombudsman|unprofessional|incompetent|rude|rudeness|condescending|patronising|patronizing|dismissive|runaround|brushed|brush
       terrible|awful|worst|horrible|bad|poor|pathetic|useless|dreadful|shocking|appalling|lousy .. service|support|experience|company|staff|agent|agents|team|bot|attitude|helpline|communication
       service|support|agent|agents|staff|team|bot|he|she|they|guy|lady|chatbot|helpline is|was|are|were|been .. terrible|awful|horrible|bad|poor|pathetic|useless|rude|unhelpful|incompetent|slow|joke|dismissive|shouted
       speak|talk|escalate|connect|transfer .. manager|supervisor|boss, nobody|noone|one answers|answer|answered|replied|replies|reply|responds|responded|helps|helped|cares|care|called|calls|contacted|picks|listens|bothers
       treated .. badly|poorly|unfairly|like, report you, consumer protection, shame on, is|are a joke, hung up, on hold, passed|transferred|bounced|sent .. from|around|one|between|department|departments
       broken promise|promises, promised .. call|callback|call back|nobody|never|back, no|not .. reply|response|callback, ignored|ignoring|ignores|ghosted, thanks for nothing, different answers|answer, waste of, customer service, call|calls back .. never|nobody|not, same script|answer|question|copy, kept|keeps|keep asking|repeating|transferring|waiting
       legal action, lose|losing|lost a customer|patience|faith|trust, fed up, false advertising|promises, your attitude, take my business|custom elsewhere`,
    ],
    [
      2,
      'furious|outraged|livid|angry|disappointed|disappointing|unacceptable|ridiculous|disgraceful|disgusting|attitude|ashamed|manager|supervisor|promised|promises|rep|script|hold|unhelpful|excuses|apology|apologise|apologize|lied|lie|lies|disrespectful|queue|shambles|joke|hours on, third|fourth|fifth time, still waiting, been waiting, so many times, let down',
    ],
    [
      1,
      'service|staff|agent|agents|company|support|nobody|never|again|reply|replies|answer|weeks|customer|customers|helpline|called|waiting|elsewhere',
    ],
  ],
  feedback: [
    [
      3,
      `suggest|suggestion|suggestions|feedback|feature request|idea|ideas|wishlist|stars|star|testimonial|survey, review|reviews
       would|be|is .. nice|great|cool|helpful|useful|awesome|lovely|handy if|to|addition|feature|when|option, would .. nice addition, could you|we add|bring|make, please add|consider|bring, any chance of, how about, why not add
       you should|could add|consider|make|include|offer|allow|support|have, wish .. had|could|were|was|there, i|id love to|a
       great|good|nice|amazing|excellent|awesome|fantastic|brilliant|lovely|superb job|work|service|support|experience|update|feature|app|product|team|staff
       love|like|loving|enjoy|adore .. new|update|dashboard|design|feature|product|app|interface|layout|how|your|this, love it, much|way|far|lot better|easier|faster, keep it up|going, well done, keep up, hats off, kudos, best .. ever|tool|app|product|service|company|support|purchase
       recommend .. friends|friend|everyone|you|anyone, thumbs up, five|5|10 stars|star|10, game changer, blown away, exceeded|beyond expectations, top notch|marks, bring back, dark mode, one .. improvement, user friendly, so glad|happy i|with|that`,
    ],
    [
      2,
      'improve~|improvement|improvements|recommend|impressed|intuitive|rating|amazing|excellent|fantastic|wonderful|perfect|superb|outstanding|brilliant|love|loved|lovely|enjoying|enjoyed|delightful|gem|friendly|smooth|story|boring|plot|design|redesign|layout, bit larger|smaller|bigger',
    ],
    [
      1,
      'best|glad|quick|clear|new|nicer|colours|colors|easy|beautiful|favourite|favorite|happy|great|better|worse',
    ],
  ],
  general: [
    [
      3,
      `hello|hi|hey|hiya|howdy|greetings, good morning|evening|afternoon|day|night|weekend, opening hours|times, are you open|closed|human|real|bot, real person, human|person|someone|agent|operator please, talk|speak|chat to|with .. human|person|someone|agent|anyone
       thank you|u, thanks|thx|cheers|ta|bye|goodbye, what time .. open|close|shut, where|wheres .. located|office|parking|headquarters, phone number, your|postal|office|email address|number|location, are you there, anyone|anybody there|here|around, who are you|is|founded, have a nice|good|great, happy birthday|friday|christmas|holidays|new, meaning of life, tell me a joke, wrong number|chat|company, never mind, ignore that|this|my|last, got|have a question|quick, question for you, job|jobs|career|careers|vacancy|vacancies|internship|hiring|sponsor|sponsorship, press enquiry|inquiry`,
    ],
    [
      2,
      'ok|okay|yes|no|sure|test|testing|weather|human|joke|joking|lol|haha|asdf|parking|bank holiday|holidays|hours, speak english|german|french|spanish|italian, no worries, got it, sounds good, all good|sorted|clear',
    ],
    [1, 'thanks|thank|please|anyone|someone|person|question|help|time|open|close|today'],
  ],
};
