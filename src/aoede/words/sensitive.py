"""Whether a message speaks of something grave: death, suicide, grave illness, violence, court, dismissal, separation.

Found by phrases, after those are taken out in which such words are harmless ("dying to see you", "my phone died").
What is said without any of the words ("it was his last Christmas") is not found. Where a phrase can be both, a jest
is taken for grave rather than the other way round.
"""

import re

from aoede.words.sensitive_zh import GRAVE_ZH, HARMLESS_ZH, TRADITIONAL

_KIN = (
    "(?:mum(?:my)?|mom(?:my)?|mother|mama|dad(?:dy)?|father|papa|parents?|(?:step|half-?|"
    "foster )?(?:brother|sister)|step(?:father|mother|dad|mum|mom|son|daughter)|son|daughter|wife|husband|"
    "hubby|partner|(?:boy|girl)friend|ex|fianc[eé]e?|grand(?:ma|pa|mother|father|dad|son|daughter|parents)|"
    "gran|granny|grandpa|grandad|granddad|nana?|nanna|uncle|aunt(?:ie|y)?|cousin|nephew|niece|baby|child|"
    "children|kids?|(?:little )?(?:boy|girl)|twins?|(?:best )?friend|bestie|colleague|neighbou?r|teacher|"
    "boss|coach|(?:mother|father|brother|sister)-in-law|roommate|flatmate)"
)
_WHO = rf"(?:he|she|they|we|i|someone|somebody|everyone|who|(?:\w+'?s? )?{_KIN})"
_ME = r"(?:me|him|her|them|us|himself|herself|myself|themselves|yourself)"
_THING = (  # what dies without grief
    "(?:phone|mobile|cell|laptop|computer|pc|mac|macbook|tablet|ipad|iphone|battery|batteries|charger|car|"
    "bike|engine|motor|server|router|wi-?fi|internet|connection|network|printer|tv|screen|monitor|keyboard|"
    "mouse|drive|disk|ssd|card|plants?|flowers?|tree|basil|tomatoes|roses?|lawn|cactus|orchid|herbs|lights?|"
    "bulb|app|call|line|link|process|thread|job|task|build|script|session|pod|container|vm|database|db|"
    "website|site|page|service|machine|conversation|chat|party|mood|vibe|project|feature|idea|joke|trend|"
    "meme|group|game|toaster|kettle|oven|fridge|boiler|dishwasher|headphones|earbuds|airpods|earphones|"
    "watch|clock|torch|camera|speaker|console|signal|mic|stream|wasps?|flies|fly|mosquito(?:es)?|spider|"
    "ants?|bugs?|character|hero|villain|dragon|boss fight|wind|storm|noise|fire|hype)"
)

_HARMLESS_EN = (
    # dying, dead, death
    r"\bdying (?:to|for|down|out|off|my|the|her|his|laughing|with laughter|of (?:laughter|boredom|curiosity|"
    r"embarrassment|shame|hunger|thirst|heat|cold))\b",
    r"\b(?:i'?m|im|i am|we're) (?:literally |actually |so )?(?:dead\b(?!,? (?:inside|to))|"
    r"dying\b(?= ?(?:[!,. ]{0,3}[😂🤣💀😭]|[!,. ]{0,2}(?:lo+l|lmao|ha(?:ha)+|xd)|here|over here)))|\b(?:are|"
    r"r) (?:you|u) (?:still )?(?:dead|alive)\b",
    r"\b(?:almost |nearly |just |literally )?die?d? (?:laughing|with laughter|of (?:laughter|boredom|"
    "curiosity|embarrassment|shame|hunger|thirst|heat|laughing))",
    r"\bdie (?:in this heat|from this heat|down|out|hard)\b|\bdied (?:down|out|off|inside)\b|\bdie inside\b|"
    r"\bdied (?:lo+l|lmao|ha(?:ha)+|😂)",
    r"\b(?:almost|nearly) died\b(?= ?(?:[!😂🤣💀]|lo+l|lmao|ha(?:ha)+))",
    r"\bto die for\b|\b(?:rather|sooner) die\b|\bnever say die\b|\bold habits die\b|\broll (?:a|the) die\b|"
    r"\bdie[- ]?(?:cast|cut)\b",
    rf"\b{_THING}(?:'s|s)? (?:\w+ ){{0,3}}?(?:di(?:es?|ed)|dying|dead|killed)\b",
    r"\b(?:dead|dying|killed?|killing) (?:off )?(?:the |my |your |our |his |her |a |an |that |this |"
    rf"some )*{_THING}\b",
    r"\bdead (?:tired|serious|on|ends?|line|easy|good|simple|sea|set|weight|gorgeous|right|wrong|slow|quiet|"
    "letter|heat|zone|wood|cert|certain|sure|boring|cute|funny|straight|centre|center|keen|jealous|space|"
    "calm|silence|silent|air|stock|pixels?|code|man walking|lift|hang|last|nice|famous|cheap|by daylight|"
    r"poets|or alive)\b|\bdead(?:line|lock|pan|lift|pool|beat|head|ly)s?\w*",
    r"\b(?:drop[- ]|half[- ]|brain[- ]?)dead\b|\b(?:walking|grateful|red|evil|play(?:ing|ed)?|left for|so|"
    r"you're|youre|ur|you are) dead\b",
    r"\bover my dead body\b|\bday of the dead\b|\bback from the dead\b|\bwouldn't be (?:caught|seen) dead\b|"
    r"\b(?:beat\w*|flog\w*) a dead horse\b",
    r"\bdead (?:on my feet|to the world|after (?:that|this|the|today|work|training|practice|leg day))\b|"
    r"\b(?:feel|legs? (?:are|feel)|arms? (?:are|feel)) (?:\w+ )?dead\b|\bdead (?:in (?:here|the office|town|"
    r"this place|this chat)|today|tonight)\b(?<=is dead today)",
    r"\b(?:bored?|boring|scared?|sick|love|loved|freez\w+|frozen|froze|starv\w+|work\w*|tickled|thrilled|"
    r"worried|talk\w*|done|annoy\w*|nerv\w+|stressed|embarrassed|tired) (?:\w+ )?to death\b|\bdeath of (?:me|"
    r"us)\b|\bmatter of life and death\b",
    r"\bdeath (?:metal|march|star|stare|note|valley|stranding|by \w+|trap|grip|wish|match|spiral|eaters?|cab|"
    r"ray)\b|\bblack death\b|\b(?:screen|wheel|ring|hour|meeting|hill|march|stairs|kiss|mug) of death\b|"
    r"\b(?:at|like) death(?:'s door| warmed (?:up|over))\b|\bnot the end of the world\b",
    # killing
    r"\b(?:could|would|i'd|'d) murder (?:a|an|some|for)\b|\b(?:got|get|getting) (?:absolutely |"
    r"totally )?murdered (?:\d|by|in the|on|at)|\bmurder(?:er|ed)? (?:show|series|podcast|novel|film|movie|"
    r"book|case on tv|weekend)\b|\b(?:film|movie|book|novel|story|show|series|play|song) (?:is |"
    r"was )?about (?:a |an |the )?\w+|\bwho (?:dies|died|killed|kills|gets killed)\b.{0,30}\b(?:end|episode|"
    r"season|film|movie|book|finale|series)\b|\ban ambulance (?:just )?(?:passed|went by|drove)\b",
    r"\b(?:you|u|we|they|he|she|i|guys|team|totally|absolutely|really|just|u guys) (?:\w+ )?(?:killed|"
    r"killing|kill|slayed|murdered) it\b|\bkillin[g']? it\b",
    r"\bkill(?:s|ed|ing)? (?:time|two birds|the (?:mood|vibe|lights?|engine|noise|music|fun|joke|buzz)|"
    r"some time|an hour|for (?:a|an|some))\b",
    r"\bkill (?:me|you|us|him|her)\b(?! (?:in|with|if you tell|and)\b)|\b(?:is|are|was|were|'s|"
    r"'re) (?:\w+ )?killing (?:me|us|him|her|my \w+)\b|\bkillers?\b|\bbuzz ?kill\w*|\bkill ?joys?\b|"
    r"\bdress(?:ed)? to kill\b|\bcuriosity killed\b|\boverkill\b|\bkill(?:ed)? -?9\b|\bkill switch\b",
    r"\b(?:process|job|server|task|pod|container|thread|session|script|build|query|connection|project|"
    r"feature|deal|mood|vibe|worker|app) (?:\w+ )?(?:killed|terminated|aborted)\b",
    r"\bmurder (?:mystery|mysteries|on the|she wrote|party|of crows)\b|\bget(?:ting|s)? away with murder\b|"
    r"\b(?:bloody|absolute|pure|blue) murder\b",
    r"\bsuicide (?:squad|mission|doors?|burn)\b|\b(?:career|social|political) suicide\b",
    r"\bgood grief\b|\bgiv\w+ (?:me|us|him|her|you) grief\b|\bburied (?:in|under) (?:work|e-?mails?|paper\w*|"
    r"tasks|snow|deadlines|homework|meetings|laundry)\b",
    r"\bmiscarriage of justice\b|\bfuneral (?:march|doom|home playlist)\b",
    # illness
    r"\bcancer (?:season|sign|rising|sun|moon|horoscope|research|charity)\b|\b(?:i'm|i am|im|he's|she's|"
    r"you're) a cancer\b|\btropic of cancer\b|\b(?:star sign|zodiac)\W+cancer\b",
    r"\bstrokes? of (?:luck|genius|inspiration|midnight|fortune|a pen|the pen|\w+)\b|\b(?:brush|key|pen|"
    r"swim\w*|four|two|back|breast|heat)[- ]?strokes?\b|\bdifferent strokes\b|\bstroke (?:the|my|your|his|"
    r"her|its|width|color|colour|order)\b|\b(?:rowing|golf|tennis|butterfly) strokes?\b",
    r"\b(?:food|sugar|turkey|carb|pizza|pasta)[- ](?:induced )?coma\b|\banalysis paralysis\b|"
    r"\bgreat depression\b|\bhearing aids?\b|\bkitchen aid\b",
    r"\bhit me (?:up|with|on|back)\b|\b(?:it|that|this|which|song|news|tiredness|hunger|realisation|"
    r"realization) (?:\w+ )?hits? me\b|\bbeats? me (?:to|at|in|by|there)\b|(?:^|\b(?:it|that|"
    r"this) )beats me\b|\bkicks? me (?:out|off)\b|\bpunch(?:ed)? (?:in|out|card)\b",
    # police, court, work, love
    r"\b(?:tennis|basketball|badminton|squash|volleyball|padel|food|indoor|outdoor|centre|center) courts?\b|"
    r"\bcourt (?:shoes?|yard|booking|no\.?|number|[0-9a-f])\b|\bcourts? (?:is|are) (?:booked|free|"
    r"available)\b",
    r"\b(?:free|clinical|30-day|trial) trials?\b|\btrial (?:and error|period|version|run|lesson|class|day|"
    r"shift|account|membership|subscription|basis|task|month|week)\b|\bon a trial\b",
    r"\bfired (?:up|off|on all|the kiln|in the kiln|by the (?:event|trigger))\b|\b(?:event|trigger|hook|"
    "alarm|callback|alert|handler|webhook|job|rule|timer|signal|request|query|wood|gas|coal|pizza|"
    r"kiln) (?:\w+ )?(?:gets? |got |is |was |being |been )?fired\b|\bprison break\b|\bjail ?break\w*|"
    r"\b(?:bail|get out of) jail free\b",
    r"\blay(?:ing)? off the \w+|\bredundant (?:code|check|data|line|copy|copies|call|import|server|disk|link|"
    r"step|field|information|test|now|here|with)\b|\bdata redundancy\b",
    r"\bclass(?:es)? (?:is|are|was|were) dismissed\b|\bseparation of (?:concerns|powers)\b|"
    r"\bseparate(?:d)? (?:the|by|into|from|out)\b",
    r"\b(?:break|broke|split|breaking|splitting|broken)s? (?:it |them |this )?up (?:the|into|"
    "for (?:the )?(?:summer|christmas|easter|holidays|half)|on (?:me|you|friday)|a |our (?:task|work))",
    r"\b(?:you|u|you're|ur|line|call|sound|audio|signal|connection|voice|video)(?:'s| is| are|"
    r" keeps)? (?:\w+ )?break(?:ing|s)? up\b",
    r"\bleft me (?:a|an|the|some|no|with|to|on read|alone|hanging|speechless|out|in|your|his|her|this|at|"
    r"wondering|cold|waiting)\b",
    r"\bcheat (?:day|meal|code|sheet)s?\b|\bdumped (?:the|a|it|all|my|his|her|into|on)\b",
    r"\bphoto ?shoot\w*|\bscreen ?shots?\b|\bshooting (?:star|hoops|range|script|schedule|pool|the breeze|"
    r"for)\b|\bshot (?:down|of|in (?:the dark|[a-z]+land|rome|paris|london)|at goal|on (?:film|goal|an?|my|"
    r"the))\b",
    r"\b(?:rape ?seed|oilseed rape)\b|\babuse of notation\b|\bterminal (?:[0-9a-z]\b|window|session|command|"
    r"building|bus|gate)|\bterminate (?:the )?(?:process|session|call)\b",
    r"\bbomb(?:ing)? (?:cyclone|recipe|pizza)\b|\bphoto ?bomb\w*|\bbath bombs?\b|\b(?:the|da|was) bomb\b|"
    r"\bsnow ?storm\w*|\bgun (?:it|show)\b",
)  # fmt: skip

_GRAVE_EN = (
    # death
    r"\b(?:lost|lose|gave|losing) (?:his|her|their|my) li(?:fe|ves)\b|\b(?:\w+'s|the|a|his|her) memorial\b|"
    r"\bsa(?:y|id) goodbye to (?:our|my) (?:baby|little|boy|girl|son|daughter|dog|cat)\b|\b(?:has|"
    r"have) left us (?:after|forever|too)\b|\b(?:his|her|\w+'s) (?:grave|ashes|last wish|will to live)\b|"
    r"\b(?:uncle|aunt|grandpa|grandma|mr|mrs) \w+ (?:didn't|did not) make it(?=[.!]? ?$)",
    r"\bsaid (?:our |my |a )?(?:last |final )?(?:goodbyes?|farewell) to (?:dad|mum|mom|gran\w*|nan\w*|my|our|"
    r"her|him)\b(?!.{0,30}(?:colleague|job|car|house|flat|team|boss))|\bbury(?:ing)? (?:him|her|my|our|dad|"
    r"mum|mom|gran\w*|nan\w*|uncle|aunt)\b(?! (?:head|nose|face))|\b(?:didn't|did not) (?:survive|"
    r"pull through)\b|\b(?:he|she) (?:has )?never woke(?:n)? up\b|\bno hope (?:left )?for (?:him|her|us|me|"
    r"my)\b",
    r"\b(?:di(?:ed|es)|dead|deaths?|deceased|condolences?|funerals?|burial|cremat\w+|morgue|mortuary|"
    r"obituary|bereave\w*|widowed|mourn(?:ing|ed)|grie(?:f|ve|ving|ved)|stillb\w+|hospice|palliative|"
    r"euthan\w+)\b",
    r"\bpass(?:ed|es|ing) away\b|\bpassed (?:peacefully|in (?:his|her|their) sleep|on (?:this|last|yesterday|"
    rf"peacefully))\b|\b{_KIN} (?:has |just |sadly )*passed (?:this morning|last (?:night|week|month|year)|"
    r"yesterday|today|on (?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    rf"\b(?:{_WHO}|i'?m|it|dog|cat|rabbit|hamster|horse|pet|\w+'s|\w+ is) (?:\w+ ){{0,3}}?(?:dying|going to die|"
    r"gonna die|might die|will die|could die|may die)\b",
    r"\b(?:want|wants|wanted|let me|ready|prefer|wish to) (?:to )?die\b|\bdying (?:of|from|in|wish)\b|"
    r"\blast breath\b|\bbreathed (?:his|her) last\b",
    rf"\blost (?:(?:my|our|his|her|their|your) (?:\w+ )?{_KIN}(?!'|s?\W*(?:in the|at the|on the|s |keys|phone|"
    "tickets?))|the baby|(?:a|another) (?:good |dear |close |very )*(?:friend|colleague|baby|child|"
    r"pregnancy))\b",
    r"\b(?:we|i|they) lost (?:him|her|them)\b(?! (?:in the crowd|at |on |to |somewhere))|\b(?:sorry|"
    r"condolences) for your loss\b|\bhis loss\b.{0,30}\bfamily\b",
    rf"\b(?:he|she|{_KIN})(?:'s| is| was) (?:really |just |now |already )*gone\b(?= (?:forever|for good|now)|"
    r".{0,80}\b(?:held|holding) (?:his|her)|.{0,60}\b(?:funeral|peaceful|heaven|hospital))",
    rf"\b(?:my|our) {_KIN} is gone\b|\bno longer (?:with|among) us\b|\brest in peace\b|"
    r"\bin (?:loving )?memory of\b|\bmemorial (?:service|mass)\b|\bpay (?:our|my|their) last respects\b",
    r"\b(?:put|putting) (?:\w+ ){0,3}(?:dog|cat|pony|horse|rabbit|pet|him|her) (?:down|"
    r"to sleep)\b(?=.{0,60}\bvet)|\bvet\b.{0,60}\b(?:put|putting) (?:him|her|\w+) (?:down|to sleep)\b|"
    r"\b(?:had|have) to put (?:\w+ ){0,2}?(?:dog|cat|pony|horse|rabbit|pet) (?:down|to sleep)\b|\b(?:dog|cat|"
    r"pony|horse|rabbit|pet) (?:\w+ ){1,3}put (?:down|to sleep)\b|\bburied (?:him|her|them|my|our|his)\b|"
    r"\bwidow(?:er)?\b(?!'s peak)",
    r"\b(?:great|deep|deepest|profound) (?:sadness|sorrow|regret)\b|\bheavy hearts?\b|\b(?:sad|terrible|"
    r"horrible|awful|devastating|tragic) news\b|\bsomething (?:really )?(?:terrible|awful|horrible|"
    r"dreadful)\b.{0,20}\bhappened\b",
    r"\bwas killed\b|\b(?:were|got|been|being|get) killed\b|\bkill(?:ed|ing|s)? (?:myself|himself|herself|"
    rf"themselves|yourself|someone|somebody|people|(?:my|her|his) (?:\w+ )?{_KIN})\b|\b(?:threaten\w*|tr(?:y|"
    r"ied|ying)|want\w*|going) to kill\b|\bmurder(?:ed|er|ers|s)?\b",
    # suicide, despair
    r"\btook (?:some|too many|a lot of|all the|a bunch of) (?:\w+ )?pills\b",
    r"\bnot sure (?:if |that )?i (?:still )?want to (?:be alive|live|be here)\b|\bthinking (?:of|"
    r"about) (?:ending it|ending things|dying|death|not being here)\b|\b(?:took|swallowed|"
    r"taken) (?:\w+ ){0,4}?(?:sleeping pills|all (?:my|the|of my) pills|pack of (?:\w+ )?pills|"
    r"bottle of pills)\b",
    r"\bsuicid\w*|\b(?:hang(?:ed|ing)?|hung) (?:himself|herself|myself|themselves)\b|\bjump(?:ed|"
    r"ing)? (?:off|from) (?:a|the) (?:\w+ )?(?:bridge|roof|building|balcony|window)\b|"
    r"\bbeen cutting (?:again|myself)\b|\bself[- ]?harm\w*|\b(?:cutting|hurting|harming) (?:myself|herself|"
    r"himself|themselves)\b|\b(?:cut|slit) (?:my|her|his) wrists?\b|\boverdos\w+",
    r"\b(?:end(?:ing|ed)?|tak(?:e|en|ing)|took) (?:my|his|her|their|your|it all|my own|his own|her own|"
    r"their own|your own)(?: own)? li(?:fe|ves)\b|\bend(?:ing)? it all\b",
    r"\b(?:don'?t|do not|didn'?t|no longer) (?:really )?(?:want|wanna) (?:to )?(?:live|be alive|"
    r"be here any ?more|exist|wake up any ?more)\b|\b(?:want|wish) (?:to |i (?:could|would) )disappear\b|"
    r"\bwish i (?:was|were) (?:dead|never born)\b|\bnever been born\b",
    r"\b(?:no|what'?s the|what is the|see no|any|see the|see any) (?:point|reason|sense) (?:in |of |"
    r"to )?(?:living|live|life|going on|go on|being alive|anymore)\b|\b(?:not|isn'?t|"
    r"no longer) worth (?:living|it any ?more)\b|\btired of (?:living|life|being alive)\b|"
    r"\bbetter off (?:without me|dead)\b|\bcan'?t (?:go on|take it|do this|cope) any ?more\b|\bcan'?t go on\b",
    r"\b(?:nobody|no one|noone|anyone|who) would (?:even )?(?:notice|care|miss me|mind)\b.{0,20}\b(?:gone|"
    r"dead|disappear\w*|died)\b|\bi hate myself\b|\bburden (?:to|on) (?:everyone|everybody|you all|my family|"
    r"them all)\b|\bnothing (?:left )?to live for\b|\bgoodbye letter\b|\brelapsed?\b|\bpanic attacks?\b",
    r"\b(?:depressi(?:on|ve)|depressed|antidepressants?|anorexi\w+|bulimi\w+|eating disorder|psychiatric|"
    r"psychosis|nervous breakdown|mental hospital)\b",
    # illness
    r"\bsomething is wrong with the baby\b|\bheart defect\b|\bterminal(?=[,.!] )|\b(?:spread|"
    r"metastasi[sz]ed) to (?:his|her|my|the) (?:liver|lungs?|bones?|brain|lymph)|\b(?:operation|"
    r"surgery) went wrong\b",
    r"\b(?:cancer|tumou?rs?|leuka?emia|lymphoma|melanoma|carcinoma|metasta\w+|chemo(?:therapy)?|radiotherapy|"
    r"oncolog\w+|malignant|biopsy|dementia|alzheimer'?s?|parkinson'?s|multiple sclerosis|motor neurone?|"
    r"huntington'?s|cystic fibrosis|hiv|sepsis|meningitis|encephalitis|aneurysm|embolism|dialysis|amputat\w+|"
    r"paraly[sz]ed|paralysis|seizures?|epilep\w+|als)\b",
    r"\b(?:(?:had|has|have|having|suffered|after|following|another|mini|his|her|massive|severe|bad|minor|"
    r"second) (?:an? )?(?:\w+ )?strokes?|heart (?:attack|failure|surgery|transplant)|cardiac arrest|"
    r"brain (?:bleed|damage|injury|h[a]?emorrhage|dead|surgery))\b",
    r"\b(?:in (?:a )?coma|coma|intensive care|(?:in|to) (?:the )?icu|life support|ventilator|resuscitated|"
    "(?:kidney|liver|organ|lung|bone marrow|stem cell) (?:failure|transplant|donor)|critical condition|"
    "critically (?:ill|injured)|life[- ]threatening|terminal(?:ly)? (?:ill(?:ness)?|cancer|diagnosis|stage)|"
    r"terminally|incurable|inoperable)\b",
    r"\bfighting for (?:his|her|their|my) (?:life|lives)\b|\bnothing (?:more |else |left )?(?:that )?(?:they|"
    r"we|the doctors|doctors|anyone) (?:can|could) do\b|\bheart (?:just )?stopped\b(?! when)|\b(?:he|"
    r"she) (?:didn'?t|did not) (?:make it(?=[.!]? ?$)|wake up (?:this morning|again|any ?more))|\b(?:weeks?|"
    r"months?|days?) (?:left )?to live\b|\bwhile (?:she|he|we|you) still can\b.{0,10}$|\bdiagnosed (?:me |"
    r"him |her )?with\b|\bseriously ill\b|\bgravely ill\b|\b(?:test|result)s? (?:came|come|is|was|"
    r"were) back positive\b",
    r"\b(?:rushed|taken|airlifted|brought) (?:\w+ ){0,2}?to (?:the |a )?(?:hospital|emergency|er\b|a&e)|"
    r"\bambulance\b|\bemergency (?:surgery|operation|c-section|caesarean)\b|\bunconscious\b|"
    r"\bhow long (?:she|he) has(?: left)?\b",
    r"\bmiscarr\w+|\bno (?:fetal )?heartbeat\b|\bheartbeat (?:had )?stopped\b|\bectopic\b|\babortion\b|"
    r"\bborn at (?:2[0-9]|twenty\W?\w*) weeks\b|\blost the pregnancy\b",
    # violence and abuse
    r"\b(?:he|she|they|someone|somebody)(?:'s| is| has| keeps?|'ve)?(?: been)? following (?:me|her) (?:home|"
    r"around|from|everywhere)\b|\block(?:ed)? (?:myself|ourselves) in\b.{0,30}\b(?:bathroom|bedroom|room)\b|"
    r"\bthrowing things (?:at|around|again)\b|\bdrunk and (?:started |was |is )?(?:hit\w*|throw\w*|shout\w*|"
    r"yell\w*|beat\w*|violent)\b",
    rf"\b(?:he|she|they|{_KIN})(?:'s| is| has| have|'ve| keeps| kept)?(?: been)? (?:hits|hitting|beats|beating|"
    "choking|touches|touching) (?:me|him|her|us|the (?:kids|children|baby)|my (?:sister|brother|mum|mom|son|"
    r"daughter))\b(?! (?:at|to|in|up|by|with)\b(?! night))|\b(?:attacked|robbed|followed) me\b|"
    r"\bfollowed me home\b|\bknifepoint\b|\bgunpoint\b",
    r"\brap(?:ed?|ist|ing)\b|\bmolest\w*|\bsexual(?:ly)? (?:assault\w*|abus\w+|harass\w*|violence)|"
    r"\bassault(?:ed|ing|s)?\b|\bgroped\b|\bharass(?:ed|es|ing|ment)\b|\bstalk(?:ed|er|ing me)\b|\bkidnap\w*|"
    r"\bhostages?\b|\bhuman trafficking\b",
    r"\b(?:abusive|domestic abuse|domestic violence|child abuse|abuser)\b|\babus(?:e[sd]?|ing) (?:me|her|him|"
    r"them|us|as a|by)\b|\b(?:was|were|been|being|is|got) (?:\w+ )?abused\b|\bviolent (?:with|to|towards|"
    r"again|husband|partner|father)\b",
    rf"\b(?:he|she|they|someone|somebody|stranger|man|guy|classmates?|{_KIN}) (?:\w+ ){{0,2}}?(?:slapped|"
    "punched|choked|strangled|kicked|threatened|beat|beats|hits|grabbed|pushed|attacked|hurts) (?:me|him|"
    r"her|my|our)\b(?! (?:up on|to |at|out|off|in (?:the game|chess|cards)|for |a |an |some |if |about |by |"
    r"awake|into \w+ing|forward|when|\w*coffee))|\ba (?:knife|gun) (?:to|at) (?:my|his|her)\b",
    rf"\b(?:he|she|they|{_KIN}) (?:just |has |have |had |still |always |often )?hit (?:me|him|her|us|"
    r"my (?:son|daughter|mum|mom|brother|sister))\b",
    r"\b(?:hit|beaten|beat|hurt|touch(?:ed|es)|kiss(?:ed|es)?) me (?:again|last night|so hard|and i (?:froze|"
    r"couldn't)|when i was|in the face|there|where|inappropriately|without)\b|\b(?:someone|somebody|stranger|"
    r"man|guy|uncle|stepfather|teacher|boss|coach|he) (?:\w+ )?(?:touched|groped) me\b(?! (?:deeply|so))",
    r"\bbeat(?:en)? (?:me|him|her|them)? ?up\b|\b(?:got|was|were|been) (?:\w+ )?(?:beaten|mugged|robbed|"
    r"attacked|stabbed|assaulted|bullied|threatened|robbed at)\b|\bstabb(?:ed|ing)\b|\b(?:bullied (?:at|by|"
    r"in|me|him|her)|being bullied|bullying (?:at|in|him|her|my))\b|\bbullies (?:him|her)\b|\ba black eye\b|"
    r"\bbruises\b",
    r"\bshot (?:dead|himself|herself|him|her|my|someone|people|in the (?:head|leg|chest|arm|back|stomach|"
    rf"face))\b|\b(?:he|she|they|someone|people|{_KIN}) (?:has been |have been |was |were |got |been )shot\b|"
    r"\b(?:mass|school) shooting\b|\bshooting (?:at|in) (?:the|a|our|my) (?:school|mall|church|club|office)\b",
    r"\bwo(?:n'?t| not) let me (?:leave|go out|out of|see my|call)\b|\block(?:s|ed)? me in\b|\b(?:scared|"
    "afraid|terrified|frightened) (?:of (?:him|her|my (?:dad|father|husband|partner|boyfriend|stepdad|ex))|"
    r"to go home)\b|\bdon'?t feel safe\b|\bnot safe (?:at home|here with)\b|\b(?:did|does|done|"
    r"doing) to me (?:when|as|at night|for years)\b",
    r"\bair (?:raid|strike)s?\b|\bshelling\b|\b(?:bomb shelter|bombing|bombed|missiles?|"
    r"terror(?:ist)? attack|explosion)\b|\bhouse (?:has )?burn(?:ed|t) down\b|\bour house is on fire\b|"
    r"\blost everything\b|\bdrown(?:ed|ing)\b(?! in (?:work|e-?mails?|paper|meetings|deadlines|homework|"
    "laundry))",
    # accidents
    r"\b(?:hit|struck|run over|knocked (?:down|over)) by (?:a|the|some) (?:\w+ )?(?:car|bus|truck|lorry|van|"
    r"train|tram|motorbike|drunk)\b|\bgot run over\b|\b(?:car|motorbike|motorcycle|bad|terrible|serious|"
    r"awful|horrible|fatal|work|ski(?:ing)?|plane|bus|head-on) (?:\w+ )?(?:accident|crash|"
    r"collision)\b(?! of a)|\bin an accident\b",
    r"\b(?:badly|seriously|severely|critically|gravely|fatally) (?:hurt|injured|wounded|burn(?:ed|t)|ill)\b|"
    r"\bhad an accident\b.{0,60}\b(?:hurt|injur\w+|hospital|bleeding|broke\w*)|\b(?:he|she|kin|child|son|"
    r"daughter|someone) (?:has |had |just )?collapsed\b|\bis missing\b.{0,60}\bpolice\b|"
    r"\bpolice\b.{0,60}\bmissing\b",
    # law
    r"\b(?:have|has|got|with) a (?:search |arrest )?warrant\b|\bpolice (?:are|is) (?:at|outside|in) (?:my|our|"
    r"the) (?:door|house|flat)\b",
    r"\barrest(?:ed|s)?\b|\bin custody\b|\bcustody (?:battle|hearing|of (?:the|our|my) (?:kids|child|"
    r"children|boys|girls|son|daughter))\b|\b(?:jailed|imprisoned|behind bars|(?:in|to|from|out of) (?:jail|"
    r"prison)(?! in monopoly))\b|\bsentenced\b|\bconvicted\b|\bcharged with (?!usb|a usb|the cable)\w+|"
    r"\bpleaded? (?:not )?guilty\b|\blawsuit\b|\b(?:suing|sued) (?:me|us|him|her|them|by|over)\b|"
    r"\bsubpoena\w*|\brestraining order\b|\bdeport(?:ed|ation)\b|\bevict(?:ed|ion|ing)\b|\bbailiffs?\b",
    r"\b(?:court (?:case|hearing|date|order|summons|appearance|ruling)|(?:to|in|before) (?:the )?court|(?:on|"
    "stand|the|murder|her|his|my) trial(?: against)?|witness (?:in|at)|testify (?:in|against|as)|(?:told|to|"
    r"called|with|from) the police|police (?:came|took|have|has|are here|arrested|raided|report))\b",
    # dismissal
    r"\bletting (?:half|some|most|all|many|several|\d+) (?:\w+ ){0,3}go\b|\bmy (?:job|position|role) is gone\b",
    r"\b(?:got|was|were|been|being|getting|get|gets|i'm|am|is|are|be|you're) (?:just |being |all |"
    r"also )?(?:fired|sacked|dismissed|laid off|let go|made redundant)\b(?! by the)|\b(?:they|he|she|boss|"
    r"company|firm|manager) (?:just |have |has |'ve )?(?:fired|sacked) (?:me|him|her|us|half|\w+)\b|"
    r"\bgot the (?:sack|boot|axe)\b|\blay[- ]?offs?\b|\blaid off\b|\blaying (?:people |staff |us |me )?off\b",
    r"\bthey(?:'ve| have)? let (?:me|him|her|us|\w+) go\b(?! (?:first|to|and|home|ahead|early))|"
    r"\blet me go (?:this|today|yesterday|after)\b|\bletting (?:me|him|her|us|\d+ \w+) go\b(?! (?:first|to|"
    r"and|home|ahead|early))|\bmade (?:me|us|him|her|them) redundant\b|\b(?:made|been|position .{0,20}|"
    r"role .{0,20}|job .{0,20}) redundant\b|\bredundancy\b|\blost (?:my|his|her|their) jobs?\b|"
    r"\b(?:employment|contract|job|position)\b.{0,40}\b(?:terminat\w+|not be (?:renewed|extended))\b|"
    r"\b(?:terminat\w+|end(?:ed|ing)?) (?:of )?(?:your|my|his|her|the) (?:employment|contract|job)\b|"
    r"\bdisciplinary\b|\bunfair dismissal\b",
    # separation
    r"\b(?:wants|wanted|want) out of (?:our|the|this|my|her|his) (?:marriage|relationship)\b|\bend(?:ed|"
    r"ing)? (?:our|my|the|this) (?:marriage|relationship|engagement)\b|\bcalled off (?:our|the|my) (?:wedding|"
    r"engagement)\b",
    r"\bdivorc\w+|\b(?:asked for|want\w*|trial|legal|the|our|a|their) separation\b|\b(?:we|they|parents|"
    r"they've|we've|they're|we're|wife|husband|\w+ and (?:i|me|\w+)) (?:\w+ ){0,2}?(?:separated|separating)\b",
    r"\b(?:broke|broken|break(?:ing)?|split(?:ting)?)[- ]up\b(?: (?:with|for good|last|yesterday|after|"
    r"because|over))|\b(?:we|they|we've|they've|we're|they're|parents|\w+ and i|"
    r"and \w+) (?:\w+ ){0,2}?(?:broke|broken|breaking|split|splitting|"
    r"break(?! up (?:the|this|that|these|our|a|an|into|for)\b)) up\b|\b(?:my|our|the|his|her|"
    r"a) break[- ]?up\b",
    rf"\b(?:he|she|{_KIN}) (?:\w+ ){{0,2}}?(?:left|dumped|is leaving|leaving|cheated on) (?:me|him|her|us)\b|"
    r"\bdumped me\b|\bcheat(?:ed|ing|s) on (?:me|him|her|his|my)\b|\bhaving an affair\b|"
    r"\bit'?s over between us\b|\bleft me for\b",
)  # fmt: skip

_CASED = (
    r"\b(?:we|We|they|They|I|have|since) buried [A-Z][a-z]+\b|"
    r"\bAIDS\b|\bALS\b|\bMND\b|\bR\.?I\.?P\.?(?= (?:[A-Z][a-z]|dear|grand|mum|dad|uncle|aunt|old friend|"
    r"to (?:my|our) (?:dear|beloved)))(?! (?:My|To))|\b[Ww]e(?: have|"
    "'ve)? (?:just )?lost [A-Z][a-z]+ (?:this morning|last night|yesterday|today|on [A-Z]|last week)|"
    r"\b[A-Z][a-z]+ passed (?:this morning|last night|yesterday|peacefully)\b|\b[A-Z][a-z]+ (?:has |"
    r"just )?(?:collapsed|was stabbed|got stabbed|was shot|was attacked)\b"
)

_harmless_en = re.compile("|".join(_HARMLESS_EN), re.IGNORECASE)
_grave_en = re.compile("|".join(_GRAVE_EN), re.IGNORECASE)
_cased = re.compile(_CASED)
_harmless_zh = re.compile("|".join(HARMLESS_ZH))
_grave_zh = re.compile("|".join(GRAVE_ZH), re.IGNORECASE)


def is_sensitive(text: str) -> bool:
    """Whether a message, as `message_language.plain` gives it, speaks of something grave in English or Chinese."""
    if _cased.search(text):
        return True
    flat = " ".join(text.split())
    if _grave_en.search(_harmless_en.sub(" , ", flat)):
        return True
    if text.isascii():
        return False
    simple = text.translate(TRADITIONAL)
    return bool(_grave_zh.search(_harmless_zh.sub(" ", simple)))
