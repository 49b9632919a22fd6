"""English: how a new agent is asked for."""

from mobile_api.speech.language import Creating
from mobile_api.speech.languages.english_asides import CHAT, INTERRUPTED, SERIOUS

_FRESH = (
    r"(?:a|an|another|one more|yet another|some|some new|one|a single|a second|a third|a fresh|a brand new|a new|one new|"
    r"another new|an additional|an extra|a further|a separate|a different|a spare|a dedicated|brand new|new|fresh|separate|second|"
    r"third|additional|extra|spare|dedicated|quick|little|nice|wee|tiny|small|proper|decent|good|clever|free|idle|cheeky|lil|single|next|of those|of your|of the|of my|of our)"
)
_NEW = rf"(?:{_FRESH}|one|the|us|me|for me|for us|there|here|over there|on there|up|off|out|me an?|us an?|me up an?|us up an?|my|myself|ourselves|and|in|in a|please|as well)"
# What is heard for "agent" and means little else; the rest of `_AGENT` needs a verb or a repository.
_SURE_AGENT = (
    r"(?:agents?|asian|agen|8gent|egent|gent|coding agent|ai agent|cadence agent|a gent|age end|age ent|agend|ajent|aegent|eight gent|"
    r"h gent|h end|asient|edgent|agente|angent|aged?nt)"
)
_URGENT = (
    r"(?:urgent|regent|adjunct|pageant|asians|ageing|a gin)(?= (?:that|which|who|to|on|in|for)\b)"
)
_AGENT = rf"(?:{_URGENT}|{_SURE_AGENT}|nation|agency|aging|agent's|bot|worker|coder|task for an agent|agent task|session|job|run|age and|ancient)"
_SOMEBODY = (
    r"(?:somebody|someone|some body|some one|anyone|anybody|one of (?:the|my|your|our) agents)"
)
_AFTER = (
    r"(?: (?:up and running|up|off|going|running|working|started|out|over|rolling|to work|loose|busy|moving|cracking|"
    r"on the go|on the job|on the case|together|set up|assigned|underway|there|in there|over there|please|now|for me|for us|"
    r"as well|too(?= to)|straight away|right away|(?:on|for) (?:it|this|that)(?= [,.;:!?]|$)|onto (?:it|this|that)(?= [,.;:!?]|$)))*"
)
_BEGIN = (
    r"(?:start|starts|started|begin|create|creates|make|launch|spin up|spin off|spin|kick off|kick|fire up|fire off|fire|"
    r"run|open|open up|set up|setup|deploy|spawn|boot up|boot|bring up|get|get me|add|use|dispatch|assign|queue up|queue|send|put|"
    r"throw|summon|hire|trigger|initiate|stand up|schedule|crank up|set off|give me|start up|start off|star|stark|stat|point|let loose|"
    r"unleash|commission|line up|bring in|call in|call up|allocate|stick|chuck|pop|bung|place|toss|sling|sic|detail|book|grab|fetch|"
    r"find|roll|dedicate|devote|task|conscript|drum up|muster|cook up|knock up|knock together|scramble|steer|aim|nominate|designate|"
    r"instantiate|provision|spare|lend|loan|wrangle|procure|(?:hook|fix|set) (?:me|us) up with|invoke|whack|shove|plonk|plop|lob|slap|stuff|fling|hurl|hoof|whip|plug|pull in|rustle up|whip up|conjure up|rope in|enlist|recruit|order|request|delegate|raise|turn|appoint|set|fix up|sort me out with|"
    r"sort out|let me have|let me get|lemme get|lemme have|do me|do|post|bring|wind up|go with|go for|(?:begin|start|kick off|go ahead) with)"
)
_PLACED = r"(?:start|spin|set|get|have|put|find|bring|line|sic|send|point|assign|throw|stick|chuck|pop|bung|whack|shove|plonk|drop|slap|lob|stuff|turn|sling|kick|launch|book|use|rope|pull|let|make|ask|tell|want|need|fire)"
_REALLY = r"(?:(?:really|just|also|probably|definitely|still|actually|now|badly|desperately|urgently|quite|certainly) )*"
_WANT = (
    r"(?:(?:could |can |may |might )?(?:i )?(?:trouble|bother|ask) you for|(?:could|can|may|might) i (?:ask for|request|borrow)|(?:i'd|i would|we'd|we would) be (?:so |very )?(?:grateful|thankful|glad|happy|much obliged|obliged|delighted) (?:for|of|to have)|"
    r"(?:it'd|it would|would) be (?:great|nice|good|lovely|handy|useful|helpful|cool|brilliant) to (?:have|get|see)|"
    rf"(?:(?:(?:i|we)(?:'d| would|'ll| will) {_REALLY}(?:need|want|like|love|take|have|appreciate|prefer|be needing|be wanting)|"
    rf"(?:i|we) {_REALLY}(?:need|want|could use|could do with|require|fancy|must have|should have|ought to have|have got to have|wanna have|could really use)|"
    rf"(?:i'm|i am|we're|we are) {_REALLY}(?:after|looking for|hoping for|in need of|wanting|needing|going to need|gonna need|going to want|gonna want|crying out for)|"
    rf"(?:what|all|the thing) (?:i|we)(?:'m|'re|'d| am| are| would)? {_REALLY}(?:after|need|want|like|love|looking for)(?: (?:really|here|now|today|next|right now|at the moment))* (?:is|would be))"
    r"(?: for)?(?: to (?:have|get|see|start|create|launch|put|spin up|kick off|set up))?)"
    r")"
)
# "I want that an agent adds tests": what is asked for stands behind it as if it were told.
_TOLD = (
    rf"(?:{_WANT} (?:that|if)|(?:it'd|it would|would) be (?:\w+ )?(?:good|great|nice|lovely|helpful|useful|cool|best|handy|better) (?:if|that|when)|"
    r"(?:i'd|i would|we'd|we would) (?:be (?:glad|happy|grateful)|like it|love it|prefer it|appreciate it|suggest|propose|ask)(?: if| that)|"
    r"(?:please )?(?:(?:make|arrange|organi[sz]e|take care|do)(?= that (?:an?|some|one|a new|another) ) that|(?:make sure|see to it|ensure|i want|i wish|i suggest|i propose|i'd like|i ask)(?: that)|that(?= (?:some|one|an?|another)\b)))"
)
# "an agent has failed" is about one that is there.
_NO_STATE = (
    r"(?!(?: (?!on\b|onto\b|in\b|for\b|at\b|to\b|inside\b)\w+)? (?:is|was|are|were|isn't|wasn't|has|had|hasn't|have|did|didn't|does|doesn't|just|already|failed|fails|crashed|finished|stopped|died|"
    r"got|keeps|kept|never|ever|cannot|can't|might|may|costs?|takes?|running|called|named)\b)(?! '?s\b)"
)
_NP = rf"(?:{_FRESH} )+{_SURE_AGENT}"

CREATING = Creating(
    heads=(
        rf"(?:go ahead and )?{_BEGIN}(?: {_NEW})* {_AGENT}{_AFTER}",
        rf"(?:{_BEGIN}|have) (?:{_NEW} )*something(?= (?:going|started|running|rolling|working|set up|up)\b){_AFTER}",
        rf"(?:(?:i've |we've |i have |we have )?got|here's|here is|there's|there is|i have|we have|this is|it's) (?:a|an|another|some|one|one more|something)(?: (?:new|small|little|quick|wee|big))*(?: (?:job|task|work|thing|one|bug|ticket|assignment|project))? (?:for|to give to) (?:{_FRESH} )+{_SURE_AGENT}",
        rf"(?:give|assign|hand|delegate|pass|send|entrust)(?: over| out| please)* to (?:{_FRESH} |one )+{_SURE_AGENT}",
        rf"(?:{_BEGIN}|have) (?:{_NEW} )*(?:another one|one more|a new one|one|another){_AFTER}",
        r"(?:start|begin|kick off|get started|get going|get to work|get cracking|get)(?: some| new| the)? ?(?:work|working)(?= on| in)",
        rf"(?:have|get|let|ask|tell|want|need|make|send|put|use|assign|throw|set|point)(?: {_NEW})* {_AGENT}{_AFTER}",
        rf"{_PLACED}(?: (?:up|in|out|me|us|off|loose))* {_SOMEBODY}{_AFTER}",
        rf"{_WANT}(?: {_NEW})* (?:{_AGENT}|{_SOMEBODY}|one){_AFTER}",
        rf"(?:can|could|may|would|will|should) (?:{_SOMEBODY}|(?:{_NEW} )*{_AGENT})(?: please)?",
        rf"(?:can|could|may|shall) (?:i|we) (?:please )?(?:get|have|put|start|set up|borrow)(?: {_NEW})* (?:{_AGENT}|{_SOMEBODY}){_AFTER}",
        rf"(?:a |one |another |one more )?(?:new|another|fresh|extra|additional) (?:{_SURE_AGENT}|one){_NO_STATE}{_AFTER}",
        rf"{_NP}{_NO_STATE}{_AFTER}",
        rf"(?:drop|dump|land|plant|park|hang|take|lay|drop in)(?: (?:us|me|off|in))*(?: (?:{_FRESH}|one))+ {_SURE_AGENT}{_AFTER}(?= (?:[,.] )?(?:on|in|onto|into|at|over|to|for|and|that|which)\b)",
        rf"(?:give|hand|pass|assign|leave|throw|delegate|feed|bung|chuck) (?:it|this|that|these|those|this one|that one)(?: job| task| one| work| over| off| out)* (?:to|at|for|with) (?:{_FRESH} )+{_SURE_AGENT}{_AFTER}",
        rf"{_SOMEBODY}(?= (?:on|onto) )",
        rf"(?:an )?{_SURE_AGENT}(?: (?:please|wanted|needed|required|for me|thanks))*(?= [,.:;] )",
        r"(?:create|start|launch|open|new|add|file|give me|begin|set up|make)(?: me)?(?: a| an| another)?(?: new)? (?:task|job|ticket|work item)(?: (?:for|to) (?:an?|a new|another|one) agent)?",
        rf"{_SOMEBODY}(?: please)? (?:get|jump|hop|go|crack|start|hop)(?= (?:on|onto|in|into|over to|to) )",
        rf"(?:{_AGENT} (?:wanted|needed|required|up|time)|agent please|an agent|agent)(?= (?:on|for|in|to) (?!how\b|hows\b|how's\b|what|where|status\b|doing\b|is\b|going\b|report\b|please\b|hold\b|pause\b))",
        rf"(?:for )?{_SOMEBODY}(?= to | (?:please |just )?(?:fix|add|update|write|refactor|implement|tidy|clean up|look into|bump|rename|remove)\b)",
        r"(?:get to work|get cracking|get going|get started|make a start|crack on)(?= (?:on|in|with) )",
        rf"{_SOMEBODY} (?:should|needs to|has to|must|ought to)",
        rf"{_REALLY}(?:needs?|could (?:really )?use|could do with|wants?|requires?|deserves|is crying out for|should have|should get|ought to have|gets|"
        rf"is getting|is due|is in need of|calls for|would benefit from|can have)(?: {_NEW})* (?:{_AGENT}|{_SOMEBODY}){_AFTER}",
        rf"{_TOLD}(?: (?:{_FRESH}|some|one|the))* (?:{_SURE_AGENT}|{_SOMEBODY}){_AFTER}",
        rf"(?:there should be|let there be|how about|what about|time for|it's time for|i'm thinking|i'm thinking of|i think we need)(?: {_NEW})* {_AGENT}{_AFTER}",
    ),
    lead=(
        r"(?:i reckon|i'd say|i figure|looks like|seems like|feels like|sounds like|i'm told)(?: that)?|it's (?:high |about )?time|(?:can|could|would|will) (?:ye|yer|yous|youse|yez|y'all|yall)(?: please| just| all)*|let(?= (?:start|open|create|launch|begin|spin|put|kick)\b)|(?:i|we)(?: now| will|'ll| just| then| want to| would)*(?= (?:open|start|launch|create|begin|spin up|put)\b)|"
        r"lovely|brilliant|perfect|nice(?: one)?|good stuff|sweet|awesome|wonderful|excellent|super|grand|(?:good )?(?:morning|afternoon|evening)|cheers|hiya|"
        r"(?:hi |hey |hello |morning |right |ok )?(?:guys|team|folks|all|everyone)|mate|right then|righto?|right o|okey doke|anyway|anyhow|anyways|meanwhile|so yeah|"
        r"you know what|tell you what|do you know what|thinking about it|come to think of it|(?:and )?while (?:you're|we're|i'm) at it|while i remember|before i forget|"
        r"in the meantime|last thing|one last thing|another thing|next thing|oh and|actually|just|now|so|then|ok|okay|right|and|well|please|"
        r"do(?= (?:start|spin|get|set|put|kick|make|launch|create|open|have|bring|send|fire|let)\b)|"
        r"(?:if|when|whenever) you(?: (?:can|could|would|don't mind|get (?:a|the) (?:chance|moment|minute|second)|have (?:a|the) (?:chance|moment|minute|second)))?(?: please)?"
    ),
    puzzles=r"(?:look at|look into|find out|figure out|work out|investigate|see|check|understand|explain) (?:why|what's|what is|whether|how come|where|how)\b",
    told=rf"{_TOLD}\b",
    telling=(
        rf"(?!.*\b(?:by now|by$|already|had|been|earlier|before|shouldn't|right)\b)(?:we|i) should(?= have (?:{_SOMEBODY}|(?:{_FRESH} )+{_SURE_AGENT}))|"
        r"(?!.*\b(?:but (?:no|not|i|we|then|never|didn't)|maybe|perhaps|never ?mind|didn't|decided|whether|if)\b)(?:i|we) (?:was|were)(?: just| only| literally)? (?:thinking|talking|chatting|looking|playing|using|trying|reading|in|at|on|out|having)\b[^,.;:!?]*?(?<! of)(?<! about) [,.;:] (?:(?:and|so) )?"
    ),
    opening=(
        rf"(?:(?:start|begin|spin up|spin|create|launch|kick off|set up|fire up|open|bring up|spawn|deploy|get|get me|do|make)(?: up| me| us| for me| for us| please)*(?: {_FRESH}| one)+ {_AGENT}|"
        rf"(?:start|begin|create|launch|open|spin up)(?: with)? {_SURE_AGENT}(?= (?:on|in|for|at) )|"
        rf"{_WANT}(?: (?:{_FRESH}|up))* (?:{_AGENT}|{_SOMEBODY})(?= to ))(?!(?: \w+){{0,2}} (?:that's|which is|that is|that was|paused|stopped) )"
    ),
    inner=(
        rf"(?:go ahead and )?(?:{_BEGIN}|{_WANT}|have|ask|tell)(?: up| me| us)*(?: {_FRESH})+ (?P<repo>(?:[^ ,.;:!?]+ ){{1,5}}?){_AGENT}{_AFTER}",
        rf"(?:go ahead and )?(?:{_BEGIN}|{_WANT}|have|let|take)(?: (?:please|me|us|up|for me|for us|now|also))* (?:on|in|for|onto|into|at|inside|over on|over in) (?:(?:the|my|our|your) )?(?P<repo>(?:[^ ,.;:!?]+ ){{1,8}}?)(?:{_FRESH} |one )*{_SURE_AGENT}{_AFTER}",
        rf"(?:give|get|find|assign|hand|lend|set|hook|fix|sort|provide|furnish|supply) (?P<repo>(?:[^ ,.;:!?]+ ){{1,6}}?)(?:up |out )?(?:with )?{_NP}{_AFTER}",
    ),
    noun=rf"{_SURE_AGENT}|urgent|regent|adjunct|pageant|asians|ageing|a gin",
    definite=r"(?<!one of )(?:the|my|that|this) (?:agents?|bot|worker|session|run|job)|the one|(?:find|fetch|locate) (?:an?|one|the)",
    doubtful=r"\b(?:some ?day|one day|eventually|in (?:the )?future|at some point|by now|(?:agent|number) (?:number )?(?:one|two|three|four|five|six|seven|eight|nine|ten|\d+))\b",
    modal=r"(?:can|could|may|would|will|should|put|start|spin|stick|set|chuck|throw|assign|pop|launch|kick)\b",
    people=r"some ?body|some ?one|anyone|anybody",
    lone=rf"(?:{_SURE_AGENT}|an agent)(?: please| wanted| needed| required)?(?= [,.:;] )",
    vague=rf"(?:.* )?(?:one|another|something){_AFTER}",
    no_place=r"(?:on|onto|in|to|at) (?:the |my |a )?(?:phone|line|call|telephone|hold|pause|ice|standby|radio|tv|blower|door|house|car|train|bus|plane)\b",
    should=r" (?:really |just |also )*(?:should|needs to|must|has to|ought to|had better|is supposed to) (?:really |just |also )*",
    orders=(
        r"(?:pause|stop|wait|hold(?: on| off)?|resume|continue|carry on|go on|go ahead|cancel|restart|sleep|rest|take a (?:break|rest)|finish|proceed|keep going|quit|"
        r"stand by|abort|paused|stopped|running|resumed|main|master|done|finished|hurry(?: up)?|chill|back off|report back|report)(?: (?:up|now|please|it|that|working|again|here|there|for (?:a|now|the)\b.*))*"
    ),
    states=(
        r"(?:just|already|now|has|have|had|is|isn't|was|were|are|did|didn't|does|doesn't|never|keeps|kept|failed|fails|crashed|finished|stopped|died|got|"
        r"can|may|in case|unless|in the event|would|might|cannot|can't|could|running|broke|needs me|needs my|wants me|said|says|"
        r"takes|took|costs|seems|feels|looks|sounds|status|report|updates?(?= (?:please)?$))\b"
    ),
    about=r"(?:as for|about|regarding|concerning|with regards? to|when it comes to|moving on to|next up(?: is)?|over to|back to|back on|now for|this(?: one)?(?: is|'s) (?:for|about)|it's (?:for|about)|thinking about|thinking of|looking at|next thing|take|grab|pick|let's take|go to|go into|go in|switch to|jump to|let's do|you know|now|this is)",
    trailing_heads=rf"(?:an )?{_SURE_AGENT}(?: (?:please|now|asap|wanted|needed|required|thanks|cheers))*|(?:(?:start|create|launch|make|with|as|open|in|spin up|get|have)(?: (?:a|an))? )?(?:new|an|another|a new) {_AGENT}",
    task_verbs=(
        r"fix|add|update|implement|write|refactor|bump|upgrade|migrate|rename|remove|replace|improve|clean up|"
        r"optimi[sz]e|investigate|look into|find out|figure out|support|make|move|change|convert|port|document|"
        r"speed up|set up|build|create|test|debug|handle|validate|extract|simplify|correct|repair|rewrite|split|"
        r"introduce|enable|disable|switch|generate|translate|format|lint|cache|log|hide|show|sort|expose|"
        r"rotate|retry|stop (?:it|the \w+) from|get rid of|tidy(?: up)?|patch|adjust|tweak|increase|reduce|raise|lower|"
        r"delete|drop|destroy|wipe|purge|truncate|cap|limit|round|return|use|render|align|pin|extend|resolve|solve|hook up|wire up|"
        r"deal with|take care of|check why|work on|put|sanitize|escape|paginate|index|archive|export|import|downgrade|swap|deduplicate"
    ),
    task_words=(
        r"back up|throw|plot|blur|mask|compress|let|bring|trim|widen|narrow|quarantine|dedupe|print|draw|read|apply|load|skip|ignore|reject|filter|throttle|batch|stream|mock|stub|"
        r"wrap|publish|record|track|collect|count|measure|benchmark|profile|sync|backfill|seed|encrypt|decrypt|hash|redact|sign|verify|check|ensure|prevent|block|allow|"
        r"restrict|warn|alert|notify|poll|reset|clear|flush|prune|compact|merge|group|reorder|restyle|centre|center|remember|stop|start|send|get|give|turn|look|go|"
        r"store|save|persist|parse|detect|unify|consolidate|tighten|loosen|bound|clamp|default|require|accept|respect|honou?r|teach|try|keep|take|pull|push|publish|serve|"
        r"emit|report|display|surface|highlight|colou?r|animate|scale|shrink|grow|shorten|lengthen|deprecate|retire|upload|download|fetch|preload|lazy|debounce|memoi[sz]e|"
        r"vendor|unpin|containeri[sz]e|dockeri[sz]e|type|annotate|comment|audit|scan|harden|secure|normali[sz]e|standardi[sz]e|localise|localize|internationali[sz]e|wire|"
        r"plumb|swap|revert|undo|roll|bisect|reproduce|triage|write up|draft|simulate|generalise|generalize|inline|hoist|drop|have a (?:look|go|think|dig)|take a look"
    ),
    loose=r"(?:about|at|with|by|if|how|who|what|where|when|from|of|else|special|new|there|here|i|we|you|he|she)\b",
    been=(
        r" (?:is|was|were|are|has|had|have|got|isn't|wasn't|hasn't) (?:already |just |still |now |also )?(?:been )?(?:running|done|finished|stuck|failed|waiting|paused|stopped|crashed|"
        r"cancelled|canceled|working|dead|gone|completed|killed|started)\b"
    ),
    no_task=(
        r"(?:make sure|ensure|see to it|check)(?: that)? (?:the|an?|my|that|this|all|both|every) (?:\w+ ){0,3}agents?\b.*|put (?:it|one|them|that|both|agent \w+) on (?:hold|pause|ice|standby)\b.*|(?:tell|show|call|text|e ?mail|ring|remind|help|meet|join|buy|pick|drive|bring|talk to|speak to|ask) (?:me|us|him|her|them|my|up|the kids)\b.*|(?:\w+ ){1,2}(?:a |an |the |my |this |that )?(?:new |another )?(?:branch|pull request|pr|issue|release|tag|repo|repository|event|timer|meeting|"
        r"reminder|alarm|playlist|email|call|note|sandwich|coffee|drink|account|invoice|bill|password|shopping list)\b.*"
    ),
    places=r"on|in|for|against|over on|on to|up on|down on|over at|across|throughout|to do with|belonging to|over in|inside|inside of|within|at|into|under|onto|down in|regarding",
    weak_places=(
        r"(?:(?:to|and|that|which|who) )?(?:just )?(?:(?:go|look|jump|hop|dive|dig|get|head|crawl|comb|work|run|step|sweep|trawl|pop)(?:e?s)?|have a look|take a look|have a dig|have a go) "
        r"(?:through|into|in|over|onto|on to|on|across|at|around|round)|to|from|of|with|with the"
    ),
    articles=r"(?:the|my|our|your|this|that|a|an)(?: (?:plain|regular|normal|ordinary|actual|whole|entire|good old))?|plain|regular",
    place_nouns=r"(?:the )?(?:repo|repos|repository|project|codebase|code base|code|rapper|depot|repost|ripper|report story|side)",
    branch=(
        r"(?:(?:,|and|then|also) )?(?:(?:on|from|off|off of|using|use|with|in|into|call|name|under|to|make|create|work on|working on|do it on|put it on|push to|target) )?"
        r"(?:the |a |an |it on |my |your )?(?:new |separate |feature |git )?branch(?:(?: that's| that is)? (?:called|named|name|is|should be|it|as))?(?: :| ,)?"
    ),
    branch_named=(
        r"(?:on|from|off|off of|using|use|in|into|to|with|based on) (?:the |a |my |our |its own )?(?:new )?"
        r"(?P<name>[a-z0-9./]+(?: (?:slash|dash|hyphen|underscore|dot) [a-z0-9./]+)*) branch"
    ),
    code=(
        r"\b(?:bugs?|tests?|testing|pages?|endpoints?|apis?|buttons?|forms?|quer(?:y|ies)|readme|docs?|documentation|types?|ci|builds?|config|"
        r"configuration|migrations?|dependenc(?:y|ies)|login|logout|sign ?up|crash(?:es)?|errors?|exceptions?|components?|modules?|class(?:es)?|functions?|"
        r"methods?|databases?|schemas?|caches?|caching|logs?|logging|metrics|tracing|linter|lint|typos?|dark mode|ui|css|html|layout|header|footer|navbar|"
        r"sidebar|modal|dropdown|search|filters?|pagination|auth\w*|tokens?|webhooks?|workers?|queues?|jobs?|cron|scripts?|cli|sdk|docker\w*|"
        r"kubernetes|terraform|helm|pipelines?|workflows?|github actions?|parser|validation|timeouts?|retry|retries|rate limit\w*|memory leaks?|race conditions?|"
        r"deadlocks?|flaky|regressions?|python|node|react|typescript|javascript|rust|go version|code|codebase|refactor\w*|unit|integration|coverage|"
        r"translations?|locale|i18n|accessibility|responsive|mobile|upload|download|import|export|csv|json|xml|pdf|email template|settings page|"
        r"feature flags?|package|packages|library|libraries|framework|versions?|variables?|constants?|interface|server|client|frontend|backend|changelog)\b"
    ),
    task=(
        r"(?:and )?(?:then )?(?:please )?(?:have|make|get|let|tell|ask|instruct|want|i want|i'd like|i need|we need|we want|point)(?: it| him| her| them| that| this one| the agent)(?: to)?",
        r"(?:and )?(?:it|he|she|the agent|they|this one|that one|the new one)(?: just| only| really| also)* (?:should|must|needs to|has to|has got to|is to|can|could|will|is supposed to|shall|would|may|ought to|gotta|is going to|will need to|will have to|needs)(?: just| only| really| also)*",
        r"(?:and )?(?:it'll|he'll|they'll|it's|it'd) (?:need to|have to|got to|gotta|to|going to|gonna|be to|supposed to|just)(?= )",
        r"(?:and )?(?:that'll|who'll|which'll|that'd|who'd|whose job is to|whose task is to|whose job it is to|tasked to|charged to|told to|asked to)",
        r"(?:and )?(?:what|all) (?:it|he|she|the agent|i)(?:'s| has| needs| should| must| want| need|'d like)?(?: it)? ?(?:to|got to|has to)? ?(?:do|done)? (?:is|would be)(?: to)?",
        r"(?:and )?(?:the|its|my) (?:idea|plan|point|aim|ask|brief|purpose|thing|work|intention|request|objective|remit)(?: there| here)?(?: is| being| would be|'s| will be)(?: that it should| for it)?(?: to)?(?: :| ,)?",
        r"(?:and )?(?:give|hand|feed|tell|pass|set|ask) (?:it|him|her|them|the agent) (?:this|the following|the task|the job|a job|the work|these|orders|instructions)(?: (?:to|of))?(?: [:,])?",
        r"(?:and )?(?:here's|here is|that's|this is|it's) (?:what (?:it|he|she|they|i|we) (?:should|must|has to|needs? to|wants?|need)(?: (?:it|to))*(?: do| be done)?|the (?:task|job|work|brief))(?: is)?(?: [:,])?",
        r"(?:gotta|got to|we gotta|we've got to|we have to|needs?)(?= (?:fix|sort|stop|make|get)\b)",
        r"(?:this|the following|following|the next) (?:task|job|work|thing|assignment)(?: (?:to|of))?(?: [:,])?",
        r"with (?:instructions|orders|the aim|the idea|the goal|a view|a brief|the brief|a mandate)(?: being)?(?: to| of)",
        r"(?:and )?(?:make sure|see that|ensure|see to it) (?:it|that it|they) ",
        r"(?:so|such) (?:that )?(?:it|we|i) (?:can|could)",
        r"(?:and )?(?:the |its |his |your |their )(?:task|job|goal|instructions?|assignment|mission|todo|prompt)(?: there| here)?(?: is| are| will be| would be| being|'s)?(?: to)?(?: :| ,)?",
        r"(?:task|job|goal|instructions?|assignment|mission|todo|prompt)(?: is| are|'s| to| :)(?: to)?",
        r"(?:in order |so as |and |and then |just |who's going |that's going |that is going |that's supposed )?to(?: please| just| go| go and)?",
        r"(?:that|which|who) (?:should|must|can|could|will|would|needs to|has to|is going to|shall|is able to|knows how to|may)",
        r"(?:with|and) the (?:task|job|goal|instruction) (?:to|of|is)",
        r"(?:where|for which) (?:it|we) (?:should|need to|have to)",
        r"(?:i want|i need|i'd like|we need|we want) to",
        r"(?:should|must|needs to|has to|shall|will|too|two)(?: (?:really|just|also|please))*(?= [a-z]+\b)",
        r"for(?= )",
        r"please(?= )",
        r"(?:and then|and also|and just|and|then)(?= \w)",
        r"(?:because|since) (?:we need|i want|i need) to",
    ),
    named=(
        r"(?:and )?(?:(?:that|which|who)(?: just| simply| only| also)?(?! (?:is|was|are|were|has|had|isn't|does|did|got|it|the|we|i|our|my|a|an)\b)|"
        r"(?:this one|the new one|the agent|it|this|he|she)(?: just| simply| only| also)?(?= (?!is\b|was\b|has\b|does\b|needs\b|this\b)[a-z]+[a-rt-z]s\b))"
    ),
    gerund=(
        r"(?:(?:that|which|who)(?:'s| is| will be| would be)|for|by|on|about|(?:and )?(?:with )?(?:the|its|his|their|whose) (?:job|task|goal|mission|brief|purpose|aim|work|idea|plan)(?: of| is| being| will be| would be|'s)?|"
        r"tasked with|charged with|responsible for|in charge of|with the (?:job|task|goal|aim) of|dedicated to|focused on|busy|working on)(?= \w+ing\b)"
    ),
    third_person="en",
    background=(
        r"(?:(?:so|ok|okay|well|hey|look) ,? ?)?(?:there's|there is|there are|we have|we've got|we got|i found|i've found|i noticed|i've noticed|i see|i saw|i've got|i have|"
        r"you know|(?:the|our|my) (?:problem|issue|trouble|thing|bug|snag|catch)(?: here| now)? is)\b(?: (?:this|that|the|a) (?:problem|issue|bug|thing|trouble|complaint)s?(?: (?:where|that|when|with|of))?|(?<=is) that)?"
    ),
    again=r"(?:that's|that is|as in|meaning|i mean|you know|the one called|it's)",
    here=r"(?:(?:over |in |on |up )?there|(?:on|in|for|onto|into|at) (?:(?:that|this) (?:one|repo|project|thing|repository)|it|that|this)|please|as well|too|now|(?:this|the following|following|the next) (?:task|job|work|thing|assignment)(?= (?:in|on|for|at|to|:|,) )(?: [:,])?|(?:would|will|could|can) (?:ya|you|u)(?: please)?(?= [,.;:!?]|$)|if you (?:would|could|can|don't mind)(?= [,.;:!?])|"
    r"(?:yeah|eh|right|mate|thanks|thank you|cheers|ta)(?= [,.;:!?]))",
    chat=CHAT,
    serious=SERIOUS,
    interrupted=INTERRUPTED,
    nothing=r"(?:please|now|for me|right now|ok|okay|thanks|there|here|that|this|it|something|the following|one|uh|and|then|do something|for|on|in|to|with)",
)
