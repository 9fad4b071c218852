// Phrases by the reason for which a text may be urgent. The classifier weighs the reasons; none decides alone.
// Phrase syntax: ../phrases.ts.

export const NEEDS = [
  'deadline',
  'loss',
  'danger',
  'stopped',
  'blocked',
  'ignored',
  'threat',
  'theft',
  'exposed',
  'ask',
  'calm',
  'solved',
] as const;
export type Need = (typeof NEEDS)[number];

export const NEED_PHRASES: Readonly<Record<Need, string>> = {
  deadline: `today|tonight|tomorrow|noon|midnight|afternoon|overnight
    by|before|until|till monday|tuesday|wednesday|thursday|friday|saturday|sunday|noon|midnight|tonight|tomorrow|then|#|5pm|end
    in|within # minutes|minute|hour|hours|min|mins, in|within|half an hour
    in|within ten|twenty|thirty|five|fifteen|forty|two|three minutes|hours|hour
    by|before|at|closes|close|due|from # am|pm, this|in the morning|afternoon|evening, 1pm|2pm|3pm|4pm|5pm|6pm|7pm
    8pm|9pm|10pm|8am|9am|10am|11am|5am|6am|7am, deadline|cutoff|asap|urgent|urgently|immediately, cut off
    due|starts|begins|closes|ends|expires|opens|leaves|boarding today|tomorrow|tonight|at|in|soon
    flight|train|plane|bus|ferry|boat leaves|departs|is, right now|away, at once, as soon as
    this second|minute|instant, straight away, first thing, in time for
    wedding|funeral|exam|interview|surgery|audit|launch|court is|tomorrow|today|on, last day`,
  loss: `as we speak, as i type|write, right now
    still|keeps|keep spending|draining|charging|taking|leaving|going|sending|fleecing, draining|drained|emptied
    emptying|bleeding|haemorrhaging|wiped|vanishing|vanish|deleted|erased|gone
    losing|lose money|sales|customers|business|revenue|hundreds|thousands|orders|data
    is|are|being leaving|moving|draining|deleted|sent|charged|processed|processing|released, going|gone out
    wrong account|accounts|iban|ibans|recipient|people
    stop|halt|recall|reverse|hold the|this|it|that batch|transfer|transfers|payment|payments|run|sync|import|job
    minutes|hour|hours|moment ago, just now, every minute|second|hour, every .. since, turning people|customers away
    standing idle, down # k`,
  danger: `ambulance|ambulances|hospital|clinic|patient|patients|insulin|surgery|surgeon|nurse|emergency|police|fire|flames
    smoke|smoking|burning|burnt|burned|explode|exploded|exploding|explosion|sparks|sparking|electrocuted|shock|gas
    monoxide|poison|poisoned|poisoning|allergic|allergy|injured|injury|hurt|bleeding|blood|unconscious|collapsed
    choking|drowning|trapped|stranded|suicidal|suicide|die|dying|died|death|dead|dangerous|danger|unsafe|hazard
    overheating|overheated|assault|attacked|threatened|violent|drunk|weapon|knife|gun|stalking|stalker|abuse
    intensive|rescue|evacuate|flood|flooding|flooded|child|baby|kids, on fire, care home`,
  stopped: `standstill|halted|outage|offline
    nobody|noone|none|everyone|everybody|all|whole|entire .. work|log|login|access|locked|down|stopped|offline|anything|shut
    no one can, cant|cannot work|trade|operate|sell|open|serve|ship|dispatch
    production|site|website|store|shop|platform|server|servers|tills|till|checkout|warehouse|line|factory|plant|office|phones|system|systems|everything is|are|has|have|went|down|stopped|dead
    down|dead|offline since|for|again|completely
    all|whole|entire our|the|of|office|team|site|company|shop|restaurant|department|warehouse|class
    fully|completely stopped|down, for all|everyone, customers cant|cannot`,
  blocked: `cant|cannot|couldnt|unable|not log|sign|get|access|open|enter|work|pay|use|check|board|submit|leave|start
    locked|shut|kept|stuck out|up|me|in|at, wont|doesnt|not let me
    keeps|keep crashing|failing|freezing|rejecting|logging|bouncing, kicks me, every time
    nothing works|loads|happens, completely useless|broken, stuck|blocked|bricked, rejected|refused|declined|bounced
    bouncing, reset mail|email|link, code .. arrive|comes|come|expired|rejected, not permitted, no dial tone`,
  ignored: `ignored|ignoring|ignores|unanswered|ghosted
    nobody|noone answers|answered|replied|replies|responds|responded|called|calls|cares|came|helps|picks
    no one|body answers|answered|replied|replies|responded|called|came|cares
    no|not|zero|without answer|reply|response|word|callback|reaction, still waiting|nothing|no|not
    third|fourth|fifth|sixth|umpteenth|tenth time|request|email|call|message|ticket|attempt|letter|reset
    #|two|three|four|five|six|seven|several|many|countless|umpteen|multiple|so times|calls|emails|messages|letters|tickets|requests|reminders
    for|after|since|in days|weeks|months|ages|years, two|three|four|five|six|several|# days|weeks|months
    again and again, been|was promised, promised|chased|chasing|chase|escalated|complained|repeat|repeated|already
    asked, keep|kept asking|telling|calling|writing|waiting
    talk|speak|put|get .. human|person|manager|supervisor|someone, how many times, is anybody|anyone, hello hello
    finger`,
  threat: `lawyer|lawyers|attorney|solicitor|solicitors|court|sue|suing|lawsuit|ombudsman|regulator|police|proceedings
    prosecute|legal|counsel, report you
    moving|going|switching|off|walk|leave|leaving|quit|move|switch|walking to|over|elsewhere|you|us
    another|different|other|your tool|bank|provider|company|competitor|vendor|supplier|competitors|rival
    take my|our business|money|custom, or|otherwise|else im|we|i|ill|well, last chance|straw|warning|time
    had enough, enough is, giving|gave|give up, one more, cancel everything, bad|one review|star, social media
    chargeback, be gone`,
  theft: `stolen|stole|thief|thieves|robbed|mugged|pickpocket|pickpocketed|swiped|snatched|fraud|fraudster|fraudulent|scam
    scammed|scammer|scammers|phished|phishing|hacked|hacker|hacking|hijacked|cloned|skimmed|skimmer|conned|crooks
    spoofed|impersonating|malware|ransomware|ransom|compromised|breach, sim swapped|swap|was
    lost|left|missing|dropped .. card|wallet|purse|phone|bag|laptop|cards
    freeze|block .. card|it|account|cards|please|now|them
    somebody|someone|stranger .. took|changed|using|used|in|spending|accessed|opened|logged|has, not me|mine|by me
    didnt|not|never make|made|authorise|authorised|authorize|authorized|recognise|recognize|approve|approved
    without my order|permission|consent|knowledge|request, in my name, unauthorised|unauthorized|unknown`,
  exposed: `leak|leaked|leaking|leaks|exposed|exposing|breach|breached, visible to|for|by anyone|anybody|everyone|all|others
    publicly|public
    other|another|someone elses|else .. data|details|records|results|passport|invoice|account|documents|photos
    other patients|customers|users|peoples|tenants, can see|read everyones|others|other|everything|all
    my|our data|details|photos|records|passport|documents .. online|out|public|internet|dark
    credentials|passwords posted|published|sold|online`,
  ask: `how do|can|does|to|long|much|many, what is|are|does|do|happens|time|if|kind
    whats|which|where is|are|can|do|when is|are|does|will|do, is|are there|it|the|that|this|you
    do|does you|your|it|the|i|we, can|could|may i|we|you, would|will it|you|the
    wondering|curious|question|explain|difference|possible|available|anyone know`,
  calm: `no rush|hurry|stress|worries|pressure|urgency|problem, not urgent, when you can|have|get, whenever
    take your time, some time, next week|month|quarter|year|summer|spring|autumn|winter, sometime|someday|eventually
    in the future, just so you know, by the way, just wondering|curious|looking|browsing|asking, planning|thinking
    considering, would be nice, idea|suggestion|suggest|feedback, thanks|thank|love|great|happy|glad|delighted
    pleased`,
  solved: `solved|resolved|sorted|fixed, works|working|worked now|again|perfectly|fine|like|great, it|that|this worked|works, that did it
    did the trick, im|am in now|again|thanks|thank, found it, got it now|working|thanks|thank, all good|set|done|clear|sorted|fine|well
    it|parcel|package|order|money|refund|code|email has|just arrived|came, arrived now|today|just|already|thanks|thank, it came|went through
    problem|issue|error is|has gone|solved|resolved|fixed|sorted, that helps|helped|answers|explains, back to normal, up and running
    back in|online, nothing else, thats all|everything|perfect|great|brilliant|sorted|fixed, no further questions|help, you can close`,
};
