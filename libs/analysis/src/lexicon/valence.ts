// The valence of phrases in a support conversation, -4 to 4. It is not a general lexicon: "help", "support" and "please" have
// no valence here, but "charged twice" and "still waiting" have. Phrase syntax: ../phrases.ts.

/** Phrases by valence. A longer phrase hides the shorter ones inside it. */
export const VALENCE: ReadonlyArray<readonly [number, string]> = [
  [
    -4,
    `furious|outraged|livid|infuriating|infuriated|disgusting|disgusted|atrocious|abysmal|appalling|appalled|despicable
     hate|hates|hated|horrendous|horrific|worst|scam|scams|scammed|scammer|scammers|thieves, is|are a joke, absolute|total|complete joke, shame on you, treated .. badly|poorly|unfairly
     🤬|😡|💩
     without my permission|consent`,
  ],
  [
    -3,
    `terrible|awful|horrible|dreadful|pathetic|unacceptable|ridiculous|useless|garbage|rubbish|crap|crappy|trash|shit|wtf
     angry|pissed|enraged|incompetent|disgraceful|disgrace|shameful|outrageous|insulting|liar|liars|nightmare|disaster
     fraud|fraudulent|stolen|theft|steal|stealing|robbed|hacked|lawsuit|lied|misled|misleading|deceptive|cheated
     fed up, sick of, tired of, had enough, waste of time|money, wasted my|our|hours|time|money, rip|ripped off, ripoff
     thanks for nothing, thank you for nothing, never again, sue you, lie~|lied|lying to me|us
     charge~|bill~|debited|paid .. twice, double|over charge~|bill~|billed, overcharge~, charge~|bill~ .. two|three times
     took|taken|payment|payments|paid .. twice, took|taken|payment|payments|paid .. two|three|2|3 times
     unauthorized|unauthorised, dont|didnt|not recognize|recognise
     losing|lose|loses|lost customers|sales|revenue|business, losing|lose|loses|lost .. money
     emergency|outage|👎|😠|😤|🙄|☹
     shocking|shocked|regret, without permission|consent, how little you`,
  ],
  [
    -2,
    `bad|poor|poorly|disappoint~|disappointing|frustrated|frustrates|frustrating|frustration|annoyed|annoying|annoys|upset
     unhappy|dissatisfied|unsatisfied|broken|damaged|defective|faulty|ruined|rude|unhelpful|unprofessional|disrespectful
     hopeless|confusing|confused|crash|crashes|crashed|crashing|freeze|freezes|frozen|froze|fail|fails|failed|failing
     failure|stuck|corrupt|corrupted|unusable|unstable|unreliable|unresponsive|regret|inferior|mess|sucks|suck|nonsense
     not|isnt|doesnt|dont|didnt|wont|wasnt|arent|never work|works|working, stop~|quit work|working
     doesnt|dont|didnt|wont|cant|cannot|couldnt|not load|loading|open|start|connect|sync|install|upload|download|respond|save
     cant|cannot|couldnt|not sign|log in|into, cant|cannot|couldnt|not login|access
     does|do|did|will|can|could|would|is not load|open|start|connect|sync|install|upload|download|respond|exist|arrive|work|working
     doesnt|didnt|wont|never exist|arrive|understand|come|comes|came|show|appear|arrives|arrived|replied|answered|called
     does|did|do not understand|come|show|appear, never|not mentioned|told
     hasnt|havent|has not|have not .. arrived|received|come|shown|delivered, hasnt|havent .. arrived|received|come|shown|delivered
     still not, still no, still nothing, still|keep|kept|been waiting, not received|arrived|delivered
     nobody|noone answers|answer|answered|replied|replies|reply|responds|responded|helps|helped|cares|care|called|contacted
     no one answers|answer|answered|replied|replies|reply|responds|responded|helps|helped|cares|care|called|contacted
     nobody|noone has|is .. replied|answered|responded|helping|called|contacted|answering, does|did|has|can|will nobody
     no answer|reply|response|luck|solution|refund, hung up, ignored|ignoring|ignores, locked out
     far|way|much too high|expensive|slow|long|complicated, too expensive|high|slow|long|complicated|late
     complaint|complaints|complain|complaining|lawyer|attorney|ombudsman, legal action, trading standards
     not acceptable|fair|right|helpful|happy|satisfied|useful|good|impressed, isnt acceptable|fair|right|helpful, good enough
     does|do|did nothing, not one|single|any reply|answer|response, not a|one single, is|are|went|goes|been down|offline, report you
     wont|doesnt|not let me, not|isnt|arent|stopped showing|appearing|updating|sending|receiving|opening|connecting|syncing|saving|displaying|loading|responding
     never|not get|got|received|receive, lose|lost a customer, bad review, one star, how is this possible, poor|lack of, no help
     not what i|we, not as described|advertised, passed|transferred|bounced .. from one
     four|five|six|several|many|multiple|countless times already, times already
     stop sending|calling|emailing|contacting|spamming, worried|worry|worrying|afraid|scared|stressed|desperate|panicking
     manager|supervisor now|immediately|please, speak|talk to a|your manager|supervisor, someone .. hacked|accessed|stole
     screwed|worse|😢|😭|😞|😟|😒|😩|:(|:-(
     is|are using my account|profile|card, nothing happens|happened, in pieces, torn|wet|leaking|scratched|cracked|shattered|smashed|spoiled|mouldy
     not|isnt|wasnt|arent|never accepted|recognised|recognized|applied|saved|found|sent|answered|correct|valid|refunded, want out
     dont|doesnt even, not even, not what .. asked|ordered|wanted, is anybody|anyone there
     never|not showed|turned up, keep|keeps|kept freezing|crashing|breaking|dropping, gone downhill, same copy`,
  ],
  [
    -1.5,
    `error|errors|bug|bugs|glitch|glitches|wrong|incorrect|incorrectly|mistake|missing|lost|late|delayed|delay|delays|slow|slowly
     declined|rejected|denied|refused|blocked|locked|expired|suspended|disconnected|disconnects|invalid|laggy|lag|overpriced
     should .. have arrived|come|been, supposed to arrive|be|have|come, forgot|forgotten|unable|impossible, hidden fee|fees
     cant|cannot|couldnt find|get|use|change|update|cancel|reach|see|do, goes|went blank|black|white, says delivered, unfair|unexpected
     third|fourth|fifth time, again and again, once|yet again, for days|weeks|hours|months
     keep|keeps asking|sending|logging|saying|crashing|failing|getting, days|weeks|hours|months late, money .. left|gone|taken|disappeared, refuse~|argue~|excuse|excuses|timeout|timed out|😕|escalate
     nothing to do with, someone elses, paid too much, two|three payments|charges|orders, too much money, you people, so many times
     cant|cannot remember, cant|cannot|couldnt work`,
  ],
  [
    -1,
    `problem|problems|issue|issues|trouble|troubles|unfortunately|sadly|difficulty|difficulties|unclear|strange|weird|difficult
     why .. charge~|bill~|billed, complicated|inconvenient|inconvenience|lacking|lacks|fault|hard|urgent|concerned|concern|expensive`,
  ],
  [
    1,
    `fine|clear|clearly|quick|quickly|fast|easy|easily|simple|smooth|smoothly|nice|polite|patient|friendly|welcome, would help
     no problem, no rush, no hurry, take your time, no worries, on time, in time, day|week|days early`,
  ],
  [
    1.35,
    `thanks|thx|thankyou|cheers|appreciated, thank you, thank u, ready to buy|purchase|order|sign|start|upgrade|move
     great|nice|good|helpful if, nice addition
     would love to see|have, love to see|have`,
  ],
  [
    1.5,
    `solved|resolved|sorted|worked|improved, fixed it, works now|again|well|fine, working now|again, it works, that works
     solved|fixed|resolved my|the|our|it, sounds good|great, good|kind|helpful|useful|impressed|pleased|glad|satisfied|enjoy|enjoying|enjoyed|grateful|appreciate, i like, like this|the|your
     not bad, no complaints, cant complain, recommend|recommended, much appreciated, better than, :)|:-)|;)|🙂|🙏`,
  ],
  [
    2.5,
    `great|happy|excellent|wonderful|brilliant|perfect|perfectly|superb|delighted|thrilled|lovely|flawless|flawlessly|impressive
     well done, good|great|nice job|work|service, saved my day|life, made my day, keep it up, life saver, lifesaver
     no problems|issue|issues|trouble, never|havent|hasnt .. any|a problem|problems|issue|issues
     thank|thanks .. so|very much, thanks a lot, thank you for your|the help
     👍|👌|😊|😀|😃|😄|👏|🎉`,
  ],
  [
    3.2,
    'amazing|awesome|fantastic|outstanding|love|loved|loving|loves|best|phenomenal|incredible|exceptional|❤|😍|🥰|💯',
  ],
  // Neutral phrases with a word that has a valence elsewhere.
  [
    0,
    'best way|price|time|plan|option|regards|practice, love to know, would love, kind regards, kind of, good morning|evening|afternoon|day, happy to|with, thanks in advance, thank you in advance, not urgent|critical, no thanks, no thank you, best before|of, best way|price|offer|deal|rate, by mistake, my mistake',
  ],
];

/** Words that negate the next three words of their clause. */
export const NEGATORS: ReadonlySet<string> = new Set(
  (
    'no not never none nobody nothing neither nor without hardly barely cannot cant dont doesnt didnt wont wouldnt isnt arent ' +
    'wasnt werent couldnt shouldnt hasnt havent hadnt aint'
  ).split(' '),
);

/** Words that negate an intent: "I do not want to cancel". Inability does not negate it: "I cannot cancel". */
export const REFUSERS: ReadonlySet<string> = new Set(
  'not dont doesnt didnt never no without wont isnt wasnt'.split(' '),
);

/** Words that strengthen (above 0) or weaken (below 0) the next word. */
export const BOOSTERS: ReadonlyMap<string, number> = new Map([
  ...'very really extremely so totally completely absolutely incredibly super too utterly such deeply beyond seriously'
    .split(' ')
    .map((word) => [word, 0.3] as const),
  ...'slightly somewhat bit little kinda fairly rather quite'.split(' ').map((word) => [word, -0.3] as const),
]);
