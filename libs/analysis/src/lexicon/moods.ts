// Everyday words of praise and annoyance by valence. Words that are particular to support are in valence.ts. Phrase syntax:
// ../phrases.ts.

export const MOODS: ReadonlyArray<readonly [number, string]> = [
  [
    3,
    `stunning|gorgeous|splendid|marvellous|marvelous|fabulous|fab|magnificent|terrific|heavenly|divine|exquisite
    superlative|unbeatable|unmatched|spectacular|sublime|stellar|glorious|dazzling|magical|mesmerising|dreamy
    ecstatic|overjoyed|elated|euphoric|stoked|gobsmacked|blissful|jubilant|chuffed|buzzing|smitten|hooked|giddy
    exhilarated, over the moon, on cloud nine, blown away, happy as, made up with, in awe, raving about, in heaven
    adore|adores|adored|adoring|worship|legend|legends|hero|heroes|angel|angels|star|stars|diamond|diamonds|gem|gems
    treasure|treasures|treat|lifesavers|godsend|genius|wizard|wizards|rockstar|rockstars|champion|champions|champ
    saint|saints|blessing|miracle|masterpiece|triumph, bravo|bravissimo|hurrah|hurray|hooray|yay|woohoo|yippee
    hallelujah|kudos|congrats|congratulations|compliments|wow, hats off, thumbs up
    top notch|marks|tier|class|banana, first rate|class, world class, five|5 star|stars, 10 out of, # out of
    spot on, second to none, nailed|smashed|rocks|slaps|dope|lit|goat, chefs kiss
    cant|couldnt|cannot recommend|praise|thank|speak|fault .. enough|highly|more
    could not be happier|better|easier|more, couldnt be|ask happier|better|easier|more|for, cant|couldnt wait to
    best thing, exceeded|exceeds|beyond .. expectations, life changing|changer, game changer|changing
    made|makes my|our day|week|year|life, means a lot|the world, put|puts a smile, owe you a, lots of love
    much love, big thank|thanks|fan|hug|hugs, bless you|them|her|him, fell|falling|fallen in love
    love it|them|this|that, well worth, worth every penny|cent, keep being, 🤩|😇|🥳|🙌|💖|💕|💙|💚|💛|💜|🌟|⭐|✨|🔥|😻|🤗|💪|🏆|🎊|🫶
    😘`,
  ],
  [
    2,
    `cool|neat|tidy|sweet|lovely|adorable|charming|cute|cosy|comfy|pretty|beautiful|beautifully|elegant|slick|sleek
    polished|crisp|sharp|solid|sturdy|robust|handy|delicious|tasty|yummy|scrumptious|fresh|refreshing|breezy
    effortless|effortlessly|painless|seamless|seamlessly|intuitive|snappy|speedy|swift|prompt|promptly|punctual
    lightning|reliable|trustworthy|honest|genuine|generous|thoughtful|considerate|caring|compassionate|attentive
    courteous|gracious|warm|warmth|cheerful|pleasant|pleasantly|pleasing|enjoyable|delightful|joy|joyful|fun|funny
    hilarious|laugh|laughed|smile|smiled|smiling|smiles|proud|relieved|relief|reassuring|reassured|comforting|safer
    calmer|excited|exciting|pumped|eager|keen|hopeful|thankful|touched|moved|heartwarming|inspiring|inspired
    encouraging|valuable|rewarding|convenient|accurate|thorough|knowledgeable|professional|competent|capable|clever
    smart|bright|refined|fantastically|wonderfully|superbly|brilliantly|nicely|perfection|pleasure|delight|bliss
    paradise|heaven|gift|win|winner|winning|success|favourite|favorite|fave|praise|applause|admire|admirable
    remarkable|noteworthy|memorable|unforgettable|gratitude, no fuss|hassle|drama|complaints, hassle free
    without a hitch|fuss|hassle|problem, like clockwork|magic|a charm|dream, works a treat
    went smoothly|perfectly|well, so glad|pleased|happy|helpful|easy|smooth|kind|good|fast|quick
    very|really|super|extremely|most pleased|happy|helpful|easy|smooth|kind|good|fast|quick, pleasantly surprised
    came|come through, saved me|us, rare these days, keep up, job well
    thank|thanks so|ever|heaps|loads|millions|everyone|all|again, thanks a million|bunch|ton, ta very
    right first time, sorted in, fixed in, in no time, big improvement
    so much|way|far|lot|miles|even better|easier|nicer|faster|smoother|happier|clearer, better than ever, no regrets
    glad|happy|pleased i|we|to|that|with, looking forward, ♥|😁|😎|🤍|🥹|😌|🙂|☺|🌸|🌈|🍻|🥂`,
  ],
  [
    -2,
    `annoyance|irritated|irritating|irritates|aggravating|exasperated|exasperating|exhausting|exhausted|tiring
    tiresome|tedious|maddening|infuriates|cross|grumpy|fuming|seething|raging|mad|bitter|resentful|offended
    offensive|insulted|humiliated|humiliating|embarrassed|embarrassing|ashamed|gutted|heartbroken|heartbreaking
    devastated|devastating|distraught|distressed|distressing|miserable|sad|saddened|saddening|depressing|depressed
    tears|crying|cry|cried|sobbing|weeping|hurt|hurting|sick|sickened|sickening|nauseating|yuck|ew|eww|ugh|argh
    aargh|grr|grrr|meh|bah|pfft|sigh|smh|fml|ffs|omg|wth|nope|terrified|frightened|frightening|scary|shaking|anxious
    anxiety|nervous|panicked|panic|dread|worrisome|overwhelmed|lonely|helpless|powerless|desperately, lousy|shoddy
    shabby|flimsy|cheap|tacky|tatty|dire|grim|naff|crummy|mediocre|underwhelming|lacklustre|dreary|dull|boring|bland
    stale|rotten|mouldy|moldy|filthy|dirty|gross|disgust|revolting|vile|foul|stinks|stinking|smelly|hideous|ugly
    clunky|buggy|janky|sluggish|bloated|cluttered|messy|chaotic|chaos|shambles|shambolic|fiasco|farce|farcical
    circus|clown|clowns|cowboys|crooks|idiots|idiot|idiotic|stupid|dumb|moronic|daft|silly|absurd|laughable
    ludicrous|nonsensical|bonkers|preposterous|insane|crazy|senseless|pointless|worthless|futile|needless|letdown
    disappointment|disappointments|downgrade|downhill|worsened|worsening|spoiled|spoilt|wrecked|destroyed|butchered
    botched|bungled|mishandled|negligent|negligence|careless|carelessness|sloppy|lazy|indifferent|ignorant|arrogant
    condescending|patronising|patronizing|dismissive|sneaky|shady|dodgy|dishonest|greedy|greed|cheeky|cheating|con
    conned|swindle|swindled|trickery|tricked|trick|fooled|trap|trapped|hostage|extortion|extortionate|exploit
    exploiting|abusing|unethical|immoral|criminal|illegal|inhumane|heartless|cruel|callous|cold|hostile|aggressive
    bullying|bully|harassing|harassment|nagging|pestering|spamming|begging|beg, let down, letting me|us down
    at my wits, wits end, last straw|nerve, end of my tether, driving me, fed up, had it with, have had it, so done
    done with you|this, over it, beyond a joke|belief, what a joke|mess|shame|letdown|pity|nightmare|farce|waste|rip
    joke of a
    not impressed|amused|good|great|ok|okay|cool|funny|on|fair|right|happy|pleased|thrilled|helping|helpful
    not even an|a|one, far from, anything but, no thanks to, waste my|of, wasted a|an|my|the
    cant stand|bear|trust|believe, couldnt care, dont care|bother|even|you|know why, never in my life, how dare
    how hard, how difficult, how many times, how can you|this|it|a, what kind of|sort, why on earth
    who designed|thought|approved, whats wrong with|the point, wake up, get it together|a grip
    do your job|something, pull your, sort it out, shame on, for pitys|gods|heavens|goodness|christ|petes sake
    good grief, give me strength, you lot|clowns|people|cowboys, lied|lying|liars, bunch of
    wouldnt|wont|not buy|recommend|order|use|trust|return again|anyone|you|this, worst .. ever, dont bother
    stay away, avoid, steer clear, given up, giving up, about to leave|cry|lose
    ready to leave|cry|quit|scream|throw, runaround, round in circles, in circles, brick wall, talking to a wall
    lose|losing|lost .. patience|faith|trust|hope|sleep|mind|temper|will
    oh great|good|wow|lovely|brilliant|fantastic|joy, yeah right|nice|great|sure, thanks for nothing, thanks a bunch
    how modern|very, smart indeed, genius move, brilliant work|design guys, my favourite .., just what i needed
    slow clap, bravo indeed, 🤦|🤷|👿|😾|🖕|💔|😩|😫|😣|😖|😱|😰|😨|🙁|😑|🤮|🤢|😵|🫠`,
  ],
];
