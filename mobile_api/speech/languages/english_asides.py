"""English: clauses around a request for an agent that add nothing to it, and those that may."""

_VERBS = (
    r"(?:pause|resume|unpause|stop|cancel|kill|terminate|abort|continue|start|restart|create|launch|spin|check|suspend|hold|halt|"
    r"kick off|shut down|deploy|delete|run|tell|give|get|put|make|have|set up|add|open|don't|do not|dont|never)"
)
_GET = r"(?:get|set|kick|make|sort|do|start|have|put|crack on with|arrange)"

# Behind a request.
CHAT = (
    rf"(?:and )?(?:can|could|would|will) (?:you|we|someone|somebody) (?:please |just |maybe )*{_GET} (?:that|it|this|one|her|him)"
    r"(?: (?:going|started|up|rolling|off|moving|happen|done|sorted|running|set up|on the go|up and running|in motion))*(?: (?:for me|for us|please|now|today|soon))*|"
    r"(?:please )?(?:start|launch|create|do|make) (?:it|that|one|him|this)(?: (?:please|for me|now|for us))*|(?:please )?(?:get|set|make) (?:that|it) (?:going|started|rolling|happen|in motion)|(?:can|could) you do that(?: for me| please)*|"
    r"(?:that|this|it)(?:'d| would|'ll| will) (?:be|do|really be) (?:great|nice|good|lovely|brilliant|grand|perfect|amazing|awesome|ace|fab|super|it|all|helpful)(?: .*)?|"
    r"(?:that's|that is) (?:all|it|the lot|everything)(?: (?:for now|really|thanks|i need|from me))*|(?:there's )?no (?:rush|hurry|pressure|panic)(?: .*)?|whenever(?: you (?:can|like|want|get a chance))?|"
    r"(?:you're|you are) (?:a |the )?(?:star|legend|best|lifesaver|hero|gem|angel)|much appreciated|appreciate it|if that's (?:ok|okay|all right|alright|fine|possible)(?: with you)?|"
    r"(?:cheers|ta|thanks|thank you|please|sorry)(?: (?:a (?:lot|million|bunch)|very much|so much|mate|love|pal|in advance|ever so|everyone))*|"
    r"(?:it's|it has|that's|this has|this is|they've|they have|we've|i've|everyone's|everybody's|people have|\w+'s|\w+ has|the \w+ (?:has|have)) been (?:bugging|annoying|driving|killing|asking|moaning|"
    r"complaining|nagging|waiting|on my|on our|on the|meaning|wanting|putting|promising|a nightmare|ages|weeks|months|long)\b.*|"
    r"it's (?:driving|killing|bugging|annoying) (?:me|us|everyone)\b.*|(?:i'm|i am) (?:just )?(?:off|late|about to|heading|running|in the car|on the bus|on the train|driving|in a rush)\b.*|"
    r"(?:you know|you see|right|okay|ok|yeah|innit|isn't it|eh|huh|got it|got that|understood|you know what i mean|if you know what i mean|know what i mean)"
)

# In a clause before one: a command, what is only thought or told of, a condition, a question.
SERIOUS = (
    rf"(?:^|\b(?:to|and|then|please|just|you|we|i|not|or|also) |[,.;:!?] )(?:{_VERBS})\b|"
    r"\bagents?\b|\b(?:if|unless|until|till|when|whenever|once|as soon as|in case|suppose|supposing|imagine|whether|instead|rather|before|after|provided|assuming|otherwise)\b|"
    r"\b(?:said|says|saying|say|told|tells|telling|asked (?:me|us|you|him|her|them)|asks|wants? (?:me|us|you)|wanted (?:me|us|you)|wrote|writes|mentioned|suggested|suggests|quote unquote|"
    r"goes(?! (?:blank|down|off|dark|black|missing|offline|wrong|to|out|up|away|back|into|negative|stale|silent|quiet|red|gr[ea]y|mad|crazy|haywire|over|past|through|in|on|under|below|above|straight|grey|white|nuts|weird)\b)|reads(?! (?:the|from|zero|wrong|a|as|every|only|it|all)\b)|typed|recommended|ordered|thinks|thought|maybe|perhaps|might|could have|would have|should have|example|pretend|hypothetically|joking|kidding)\b|"
    r"^quote\b|^(?:what|how|why|who|where|which|should|shall|can|could|would|do|does|did|is|are|was|were|has|have|may|must)\b(?!'s (?:more|next))|"
    r"\?|(?:^|[,.;:!] )(?:no|nope|nah|not yet|wait|hold on|hang on)\b|\b(?:forget|never ?mind|ignore|disregard|system|instructions?|rules?|confirm\w*)\b|"
    r"\b(?:don't|do not|dont|never|won't|mustn't|shouldn't|can't|cannot)(?: \w+)?$"
)

# In the middle of a request, to somebody else in the room.
_CALL = (
    r"(?:sorry|excuse me|pardon(?: me)?|hang on|hold on|wait|yes|yeah|yep|no|hey|oh|shh+|shush|hush|(?:just )?(?:one|a|two) (?:secs?|seconds?|moment|minutes?|mo|tick))"
    r"(?: (?:a (?:sec|second|moment|minute|mo)|(?!i\b|i'm\b|not\b|make\b|on\b|in\b|to\b|that\b|it\b|stop\b|pause\b|cancel\b|agent\b|number\b)[a-z]+)){0,2}"
)
_ROOM = (
    r"(?:(?:i'm|i am|i was|we're) (?:just |only |still |not )?(?:talking|speaking|chatting|dictating|recording|on (?:a|the) (?:call|phone|line)|in a meeting|coming|busy|driving)|"
    r"(?:i'll |i will )?be (?:right )?(?:there|with you|over|down|out)|(?:down|quiet|shh+|shush|hush|behave|bless you|good (?:boy|girl|dog)|bad dog|not you|come in|get down|sit down|lie down|thank you|thanks)|"
    r"(?:that's|that was) (?:the|my|our) (?:dog|cat|kettle|door|doorbell|phone|baby|kids?|train|bus|kettle|oven|neighbou?r)|ignore (?:the|my|that|those) (?:noise|dog|cat|kids?|background|siren|baby)|"
    r"(?:it's|it is|they're) (?:in|on|under|behind) the (?:fridge|table|kitchen|drawer|car|hall|bag|shelf|cupboard|garage|garden|counter|desk|oven)|dinner's .*?|mind the (?:gap|step|dog|door)|what was it|what's it called|what's the word|how do (?:i|you) (?:say|call|put)(?: it| this| that)?|let me (?:think|see)|where was i|what did i want|what do you call it|aye|what's the name)(?: [a-z']+){0,5}?"
)
INTERRUPTED = (
    rf"(?: [,.;:!?])+(?: {_CALL}(?: [,.;:!?])+| {_ROOM}(?: [,.;:!?])+)* {_ROOM}(?= [,.;:!?])"
)
