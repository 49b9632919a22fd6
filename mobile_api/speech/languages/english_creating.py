"""English: how a new agent is asked for."""

from mobile_api.speech.language import Creating

_NEW = (
    r"(?:a|an|the|one|another|one more|yet another|some|some new|us|me|up|off|out|a fresh|me an?|us an?|me up an?|"
    r"a single|a second|a brand new|brand new|new|fresh|my|separate|and|in|additional|an additional|another new|a new|one new|in a)"
)
_AGENT = (
    r"(?:agents?|asian|nation|agency|aging|agen|8gent|egent|gent|agent's|bot|worker|coding agent|ai agent|cadence agent|"
    r"coder|task for an agent|agent task|session|job|run)"
)
_SOMEBODY = r"(?:somebody|someone|some body|some one|anyone|anybody|one of (?:the|my|your) agents)"
_AFTER = (
    r"(?: (?:up|off|going|running|working|started|out|over|rolling|to work|loose|busy|moving))?"
)
_BEGIN = (
    r"(?:start|starts|started|begin|create|creates|make|launch|spin up|spin off|spin|kick off|kick|fire up|fire off|fire|"
    r"run|open|open up|set up|setup|deploy|spawn|boot up|boot|bring up|get|get me|add|use|dispatch|assign|queue up|queue|send|put|"
    r"throw|summon|hire|trigger|initiate|stand up|schedule|crank up|set off|give me|start up|start off|star|stark|stat|point|let loose|"
    r"unleash|commission|line up|bring in|call in|call up|allocate)"
)
_WANT = r"(?:(?:i|we)(?:'d| would|'ll)? (?:really )?(?:need|want|like|love|could use|take|have)(?: for)?(?: to (?:have|get|see|start|create|launch))?)"

CREATING = Creating(
    heads=(
        rf"(?:go ahead and )?{_BEGIN}(?: {_NEW})* {_AGENT}{_AFTER}",
        rf"{_BEGIN} (?:{_NEW} )*(?:another one|one more|a new one|one|another){_AFTER}",
        r"(?:start|begin|kick off|get started|get going|get to work|get cracking|get)(?: some| new| the)? ?(?:work|working)(?= on| in)",
        rf"(?:have|get|let|ask|tell|want|need|make|send|put|use|assign|throw|set|point)(?: {_NEW})* (?:{_AGENT}|{_SOMEBODY}){_AFTER}",
        rf"{_WANT}(?: {_NEW})* (?:{_AGENT}|{_SOMEBODY}|one){_AFTER}",
        rf"(?:can|could|may|would|will|should) (?:{_SOMEBODY}|(?:{_NEW} )*{_AGENT})(?: please)?",
        rf"(?:can|could|may) (?:i|we) (?:please )?(?:get|have)(?: {_NEW})* (?:{_AGENT}|{_SOMEBODY}){_AFTER}",
        rf"(?:a |one |another |one more )?(?:new|another|fresh|extra|additional) (?:{_AGENT}|one)",
        r"(?:create|start|launch|open|new|add|file|give me|begin|set up|make)(?: me)?(?: a| an| another)?(?: new)? (?:task|job|ticket|work item)",
        rf"(?:{_AGENT} wanted|agent please|an agent|agent)(?= (?:on|for|in|to) )",
        rf"{_SOMEBODY}(?= to )",
        r"(?:get to work|get cracking|get going|get started)(?= (?:on|in) )",
        rf"{_SOMEBODY} (?:should|needs to|has to|must|ought to)",
        rf"(?:needs?|could use|wants?|requires?)(?: {_NEW})* (?:{_AGENT}|{_SOMEBODY})",
        rf"(?:there should be|let there be|how about|what about)(?: {_NEW})* {_AGENT}",
    ),
    trailing_heads=rf"(?:(?:start|create|launch|make|with|as|open|in|spin up|get|have)(?: (?:a|an))? )?(?:new|an|another|a new) {_AGENT}",
    task_verbs=(
        r"fix|add|update|implement|write|refactor|bump|upgrade|migrate|rename|remove|replace|improve|clean up|"
        r"optimi[sz]e|investigate|look into|find out|figure out|support|make|move|change|convert|port|document|"
        r"speed up|set up|build|create|test|debug|handle|validate|extract|simplify|correct|repair|rewrite|split|"
        r"introduce|enable|disable|switch|generate|translate|format|lint|cache|log|hide|show|sort|expose|"
        r"rotate|retry|stop (?:it|the \w+) from|get rid of|tidy(?: up)?|patch|adjust|tweak|increase|reduce|raise|lower|"
        r"delete|drop|destroy|wipe|purge|truncate|cap|limit|round|return|use|render|align|pin|extend|resolve|solve|hook up|wire up|"
        r"deal with|take care of|check why|work on|put|sanitize|escape|paginate|index|archive|export|import|downgrade|swap|deduplicate"
    ),
    no_task=(
        r"(?:\w+ ){1,2}(?:a |an |the |my |this |that )?(?:new |another )?(?:branch|pull request|pr|issue|release|tag|repo|repository|event|timer|meeting|"
        r"reminder|alarm|playlist|email|call|note|sandwich|coffee|drink|account|invoice|bill|password|shopping list)\b.*"
    ),
    places=r"on|in|for|against|over on|over in|inside|inside of|within|at|into|under|onto|down in|regarding",
    weak_places=r"to|from|of|with|with the",
    articles=r"the|my|our|your|this|that|a|an",
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
        r"(?:and )?(?:then )?(?:please )?(?:have|make|get|let|tell|ask|instruct|want|i want|i'd like|i need)(?: it| him| her| them| that| the agent)(?: to)?",
        r"(?:and )?(?:it|he|she|the agent|they) (?:should|must|needs to|has to|is to|can|could|will|is supposed to|shall|would|may)",
        r"(?:so|such) (?:that )?(?:it|we|i) (?:can|could)",
        r"(?:and )?(?:the |its |his |your )?(?:task|job|goal|instructions?|assignment|mission|todo|prompt)(?: is| are| will be| would be|'s)?(?: to)?(?: :| ,)?",
        r"(?:in order |so as |and |and then |just |who's going |that's going |that is going |that's supposed )?to(?: please| just| go| go and)?",
        r"(?:that|which|who) (?:should|must|can|could|will|would|needs to|has to|is going to|shall|is able to|knows how to|may)",
        r"(?:with|and) the (?:task|job|goal|instruction) (?:to|of|is)",
        r"(?:where|for which) (?:it|we) (?:should|need to|have to)",
        r"(?:i want|i need|i'd like|we need|we want) to",
        r"(?:should|must|needs to|has to|shall|will|too|two)(?= [a-z]+\b)",
        r"for(?= )",
        r"please(?= )",
        r"(?:and|then|and then|and also) (?=\w)",
        r"(?:because|since) (?:we need|i want|i need) to",
    ),
    named=r"(?:that|which|who)",
    gerund=r"(?:for|by|on|about)(?= \w+ing\b)",
    third_person="en",
    background=(
        r"(?:(?:so|ok|okay|well|hey|look) ,? ?)?(?:there's|there is|there are|we have|we've got|we got|i found|i've found|i noticed|i see|i saw|i've got|i have|you know)\b"
    ),
    nothing=r"(?:please|now|for me|right now|ok|okay|thanks|there|here|that|this|it|something|the following|one|uh|and|then|do something|for|on|in|to|with)",
)
