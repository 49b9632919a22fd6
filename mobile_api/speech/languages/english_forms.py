"""English: how agents are spoken of."""

from mobile_api.speech.language import Forms
from mobile_api.speech.numbers import ORDINALS

FORMS = Forms(
    noun=r"agents?|asian|one|task|job|bot|worker|guy|fella|dude|process|session|8gent|egent|aging|agency|runner",
    nouns=r"agents|ones|tasks|jobs|bots|workers|guys|sessions|processes|runs",
    number=r"agents?|numbers?|no|num|task|job|bot|worker|asian|8gent|aging|session",
    pronouns=(
        r"it|that|this|him|her|she|he|that guy|this guy|this thing|that thing|the thing|it all|"
        r"(?:the current|this current|my current|the same|that same)(?: (?:agent|one|task|job))?|"
        r"(?:the|my|that|this|your|our) (?:agent|one|bot|worker|task|job|asian|session)|agent|"
        r"(?:the (?:agent|one|task)|what's|what is|whatever(?: is|'s)?)(?: that's| that is| which is)? "
        r"(?:on (?:the|my) screen|in front of me|i'm looking at|i am looking at|i'm on)|"
        r"this (?:agent|one) here|what it's doing|what you're doing|what you are doing"
    ),
    plural_pronouns=r"them|em|'em|they|these|those|all these|the agents|my agents|agents|our agents|these agents|those agents",
    everything=(
        r"(?:every|each)(?: single| last)?(?: one| agent| task| job| bot| worker)?(?: of (?:them|the agents|my agents|these))?|"
        r"everything|everybody|everyone|anything|any|any of (?:them|it)|the (?:whole )?(?:lot|bunch|fleet|team|gang|crew|squad|posse|family)|"
        r"all(?: of)?(?: (?:them|em|'em|it|these|those|the|my|our|your))*(?: (?:agents|ones|tasks|jobs|bots|workers|sessions))?|"
        r"(?:them|em|'em|they|it|these|those) all|all agents|any (?:agents?|tasks?|jobs?)|what(?:ever)?|"
        r"all (?:three|four|five|six|seven|eight|nine|ten|\d+)(?: of (?:them|em))?(?: (?:agents|ones|jobs|tasks|bots))?|the whole thing|all the things|absolutely everything|every last one(?: of them)?|all ?(?:active|current) agents"
    ),
    both=r"(?:those|these) two|both(?: of)?(?: (?:them|em|'em|these|those|the|my|agents|ones))*|the two(?: of them)?|the pair(?: of them)?",
    determiners=r"the|my|little|wee|good old|old|dear|our|your|that|this|those|these|a|an|any|all|of|only|just|just the|entire|whole|current|new|poor|damn|bloody|stupid",
    statuses={
        "running": r"running|active|working|live|busy|ongoing|in progress|going",
        "paused": r"paused|on hold|suspended|frozen|on pause|sleeping|halted|idle|held",
        "waiting": (
            r"waiting(?: (?:for|on) (?:me|us|an answer|a reply|input|my answer|my reply|my input))?|blocked|"
            r"(?:stuck|held up|pending|sitting) (?:for|on|waiting (?:for|on)) (?:me|us|an answer|a reply|(?:my|our) (?:input|answer|reply|response|approval))|need(?:s|ing)? (?:me|help|input|an answer|my (?:help|input|answer|attention)|attention)|"
            r"has a question|asking(?: me)?(?: something)?|stuck|with a question|that has questions"
        ),
        "failed": r"failed|failing|broken|broke|crashed|errored(?: out)?|died|red|dead|went wrong|fell over|blew up",
        "completed": r"completed|finished|done|successful|succeeded|ready|through|over",
        "queued": r"queued(?: up)?|pending|in the queue|in queue|not started|scheduled|lined up|not yet started",
        "cancelled": r"cancelled|canceled|stopped|killed|aborted",
    },
    newest=(
        r"latest|newest|last|(?:was|were|got) (?:the last )?(?:started|created|kicked off|launched|begun)(?: last| most recently| just now)?|most recent(?:ly)?|most fresh|freshest|youngest|just started|"
        r"(?:i|we|you) (?:have |had |'ve )?(?:just |last )?(?:started|created|kicked off|launched|spun up|made|set going|set off|set up|fired off|fired up|got going|began|set running|sent off|added|opened)(?: as)?(?: last| most recently| just now| latest)?|recent|just now"
    ),
    oldest=r"oldest|earliest|longest running|longest",
    other=r"other|remaining|rest",
    links=(
        r"(?:that|which|who)(?:'s| is| are| was| were|'re| has| have)?|it's|is|are|was|were|"
        r"(?:currently |still )?(?:working|work|going|running) (?:on|in|at|with|for|through)|"
        r"(?:doing|fixing|handling|about|for|on|in|from|with|at|called|named|titled|to|of|"
        r"responsible for|related to|dealing with|by|adding|writing|building|updating|making|over|inside)"
    ),
    excluding=r"(?:except|except for|bar|barring|save|save for|minus|leaving out|with the exception of|but not|but|apart from|other than|besides|excluding|without)",
    indefinite=r"an?|another|one more|new|a new|some|someone|somebody",
    fresh=r"new|fresh|second|third|further|extra|brand new|separate",
    joins=r"(?:and|plus|as well as|and also|or)",
    small=frozenset(
        [
            "the",
            "a",
            "an",
            "my",
            "our",
            "your",
            "that",
            "this",
            "of",
            "on",
            "in",
            "for",
            "to",
            "at",
            "by",
            "with",
            "from",
            "and",
            "is",
            "are",
            "was",
            "were",
            "it",
            "its",
            "it's",
            "thing",
            "things",
            "stuff",
            "work",
            "working",
            "works",
            "feature",
            "change",
            "changes",
            "currently",
            "still",
            "now",
            "just",
            "some",
            "one",
            "ones",
            "agent",
            "agents",
            "do",
            "does",
            "doing",
            "been",
            "being",
            "have",
            "has",
            "had",
            "got",
            "up",
            "out",
            "about",
            "what's",
            "whats",
            "me",
            "you",
            "i",
            "we",
            "us",
            "them",
            "they",
            "thingy",
            "sitting",
            "earlier",
            "there",
            "whichever",
            "whatever",
            "issue",
            "ticket",
            "please",
            "right",
            "bit",
            "whole",
        ]
    ),
    ordinals=ORDINALS,
    never_first=(
        r"in|with|at|up|on|out|about|of|to|is|are|was|were|does|did|has|have|which|who|how|why|"
        r"where|when"
    ),
    never_last=r"on|in|at|with|of|about",
    forbidden=frozenset(
        [
            "and",
            "then",
            "if",
            "unless",
            "when",
            "while",
            "because",
            "but",
            "or",
            "not",
            "don't",
            "never",
            "said",
            "says",
            "say",
            "told",
            "asked",
            "pause",
            "resume",
            "unpause",
            "stop",
            "cancel",
            "kill",
            "terminate",
            "abort",
            "continue",
            "start",
            "restart",
            "create",
            "launch",
            "should",
            "would",
            "could",
            "can",
            "might",
            "will",
            "maybe",
            "perhaps",
            "before",
            "after",
            "until",
            "everyone's",
            "everybody's",
            "else",
            "take",
            "put",
            "off",
            "someone",
            "somebody",
            "everyone",
            "people",
            "how",
            "why",
            "where",
            "when",
        ]
    ),
)
