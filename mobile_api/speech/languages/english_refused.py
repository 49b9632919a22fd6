"""English: sentences with a command in them that are none."""

_NOT = r"(?:don't|do not|dont|never|do n't|don t|didn't|won't|wouldn't|shouldn't|can't|cannot|mustn't|not)"

REFUSED = {
    "negated": (
        rf"(?:please )?(?:just )?{_NOT}\b(?!.* (?:any ?more|any longer)).*|(?:(?:i|we|you|let's|lets|he|she|it|they|nobody|there's|there is|i'd|you'd better|i would|we'd)(?: really| just| probably)? (?:{_NOT}|no need|rather not|no reason|hardly)\b)(?!.* (?:any ?more|any longer)).*|"
        r"no need to .*|nobody should .*|under no circumstances .*|by no means .*|avoid .*|refrain .*|instead of .*|rather than .*|(?:i|we|you) (?:should|would|could|might|must|can) (?:not|never) .*"
    ),
    "question": (
        r"(?:what (?:happens|would happen|will happen|does it mean|do you mean|does|do i say|can i say|should i|if|did i say|could i|would)\b(?! .*\b(?:agent|one)s? (?:doing|need|want|say|change|changed|do|done)\b)(?! (?:agent|number|the|it|that|this)\b).*)|"
        r"(?:how (?:do|can|would|could|should|does one|to|did) (?:i|we|you|one|somebody|someone|people)\b.*)|(?:should|shall|must|may|might|do|does|am|would|could|can) (?:i|we)\b(?! (?:get|have|please)).*|(?:did|have) i\b.*|(?:did|have) we (?:ever |already |just )?(?:say|said|tell|told|ask|asked|agree|agreed|decide|decided|pause|paused|stop|stopped|resume|resumed|start|started|kill|killed|cancel|cancelled|talk|discuss)\b.*|"
        r"(?:when|why|where|who|whether) (?:should|would|can|could|do|did|must) (?:i|we|one|you)\b.*|is it (?:ok|okay|safe|possible|wise|good|bad|a good idea|better|time|true)\b(?! to (?:pause|stop|resume|cancel|have|start)).*|(?:can|could) (?:an agent|agents|it|they|she|he) (?:be )?(?:pause|stop|resume|cancel|run)(?:d|ed|led)?\b(?! on| in| the).*|"
        r"(?:are|is) (?:you|there) (?:able|allowed|a way|any way)\b(?! to ).*|what's the (?:command|word (?:for|to|i|that)|difference|phrase|point|best)\b.*|(?:what|which) (?:commands?|words?)\b.*|(?:tell|teach|show|explain)(?: to)? me (?:how|what happens|what would|about (?:how|the command))\b(?! (?:agent|the|it|is|it's|they|far|long|much|close|are|things|my|both|everyone|everything|all|we|that)\b)(?! (?:\w+ ){1,5}(?:is|are)(?: doing| going| coming)?$).*|explain .*"
    ),
    "hedged": (
        r"what if .*|(?:what|all) (?:i|we)(?:'d| would)? (?:want|like|need)(?:ed)? .* is$|"
        r".*\b(?:i dunno|dunno|i don't know|not sure|whatever you think|you decide|can't decide)$|"
        r"(?:i|we) (?:think|thought|was|were|wonder|guess|wish|believe|hope|feel|might|may|had|used to|almost|nearly|could have|should have|would have|tried|used|wanted|already|just (?:stopped|paused|started))\b(?! you (?:should|can|could)\b)(?! wondering if you).*|maybe\b.*|perhaps\b.*|possibly\b.*|suppose\b.*|imagine\b.*|"
        r"(?:if|unless|whenever|once|as soon as|in case|when|after|before|should)\b(?! (?:will|is|are|did|does|do|was|can|you (?:can|could|don't mind|get|have|would|are (?:done|ready|free|at it))|you're (?:ready|free|at it|around|there)) ).*"
    ),
    "elsewhere": (
        r"(?:open|(?:show|read|send|give)(?: me)?(?: out)?) the (?:diff|pull request|pr|commits?|code|changes) (?:of|from|for|on|by) .*|"
        r"(?:approve|merge|deploy|review|tag|release|publish) (?:whatever |what |everything )?(?:that )?(?:the )?(?:\w+ ){0,3}(?:agents?|ones?)\b.*|"
        r"(?:open|(?:show|read|send|give)(?: me)?(?: out)?|put|merge|push|pull up|bring up|check out) (?:(?:the )?(?:\w+ )?agent \w+|(?:the )?(?:\w+ ){1,4}(?:agent|one))'?s? (?:diff|prs?|pull requests?|branch|code|changes|commits?)\b.*|"
        r"(?:please )?(?:merge|approve|review|rename|rebase|deploy|ship|release|revert|comment on|close|reopen|rename|open|rerun|squash|sign off(?: on)?|publish|label|delete|download)(?: up)? "
        r"(?:(?:the|that|this|its|my|a|all|every) )?(?:\w+ ){0,3}(?:prs?|pull requests?|merge requests?|diffs?|branch|branches|issues?|account|repo|repository|release|commits?|logs?)\b(?! (?:page|test|endpoint|parser|handling|view|list|template|viewer)).*|"
        r"(?:rename|rebase|clone|duplicate|copy) (?:the )?(?:agent \w+|(?:\w+ ){1,4}(?:agent|one)\b).*"
    ),
    "reported": (
        r"(?:he|she|they|somebody|someone|the (?:agent|boss|doctor|teacher|bot|team|user|customer|client|man|woman|guy)|my (?:\w+)|people|everybody|everyone|who|nobody|mom|dad|we|you|i|your \w+|agent (?!on\b|for\b|in\b|to\b)\w+) (?:just |once |always |also |already )?(?:said|says|say|told|tells|asked|asks|wants (?:me|us)|wanted (?:me|us)|thinks?|thought|wrote|suggested|mentioned|claims|claimed|insisted|called|keeps? saying|recommended|ordered me)\b.*|"
        r"\w+ (?:was|is|were|are|keeps?|kept) (?:telling|saying|asking|suggesting|claiming|insisting)\b.*|(?:quote|according to|apparently|allegedly|repeat after me|say|type|write down|the word|the phrase|the command|the sentence|in the movie|on the news)\b(?! (?:a|an|tests?|the) ).*|.*\b(?:was|were|been|got) (?:stopped|paused|cancelled|canceled|killed|resumed|terminated)\b.*(?<!\?)|.*\b(?:said|told me|told us|told you|told him|told her|asked me|asked us)\b (?:to|that|we|you|i|he|she|they|about|whether|if)\b.*"
    ),
    "injection": (
        r".*\b(?:ignore|disregard|forget|override|bypass|disable)\b(?: \w+){0,3} (?:instructions?|rules?|prompts?|guidelines|policy|policies|safety|confirmations?|checks?|guard\w*|restrictions?|limits?)\b.*|"
        r".*\b(?:needs?[ _]confirmation|confirmation (?:flag|to false)|system prompt|system message|developer mode|admin mode|without (?:asking|confirming|confirmation)|skip (?:the )?confirm\w*|no confirmation|as (?:an )?admin|root access|sudo|jailbreak|output json|return json|set (?:your |the )?intent|intent (?:to|is|=)|you are now|new instructions?|pretend (?:to|you|that)|act as (?:if|an?)|other (?:people|users|person)(?:'s|s')?|everyone(?:'s (?:agents?|jobs?|tasks?|work|accounts?)| else)|everybody(?:'s (?:agents?|jobs?|tasks?|work|accounts?)| else)|(?:of|by|for|from) (?:everyone|everybody) (?:in|on|at)|of everyone|of everybody|for everyone|(?:for|of|from) all users|all people|somebody else's|someone else's|other accounts?|(?:print|read(?: me)?(?: out)?|show me|output|repeat) (?:the |your |all )*(?:system|prompt|token|secret|password|github token|environment|instructions|keys?|credentials)|reveal|(?:say|tell|give|send|share|leak|dump|show|read|print|output|what's|what is)(?: \w+){0,4} (?:api keys?|access tokens?|github tokens?|secret keys?|passwords? of))\b.*|"
        r"(?:system|assistant|user|developer|instruction|intent|tool|function) ?:.*"
    ),
}
